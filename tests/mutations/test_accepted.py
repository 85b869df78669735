"""Changes to the shipped manifests that keep their meaning: nothing is reported, nothing less is proved."""

from __future__ import annotations

import pytest

from opencode_policy.source import Source
from tests.mutations.harness import APPS, check_sources, shipped

FLUX, HA = f"{APPS}/opencode-flux", f"{APPS}/opencode-ha"
RESTORED = """\
  dataSourceRef:
    apiGroup: volsync.backube
    kind: ReplicationDestination
    name: {}-dst
"""
Edit = tuple[str, str, str]


def _both(path: str, old: str, new: str) -> list[Edit]:
    return [(f"{workspace}/{path}", old, new) for workspace in (FLUX, HA)]


ACCEPTED: dict[str, list[Edit]] = {
    "the size in mebibytes": [(f"{FLUX}/app/pvc.yaml", "storage: 5Gi", "storage: 5120Mi")],
    "the size in bytes": [(f"{HA}/app/pvc.yaml", "storage: 5Gi", "storage: 5368709120")],
    "the size in quotes": [(f"{HA}/app/pvc.yaml", "storage: 5Gi", 'storage: "5Gi"')],
    "modes in one line, the class in quotes": [
        (f"{FLUX}/app/pvc.yaml", "accessModes:\n    - ReadWriteOnce\n", 'accessModes: ["ReadWriteOnce"]\n'),
        (f"{FLUX}/app/pvc.yaml", "storageClassName: ceph-block", "storageClassName: 'ceph-block'"),
    ],
    "the guard with a capital letter": [
        (f"{APPS}/namespace.yaml", "prune: disabled", 'prune: "Disabled"'),
    ],
    "the guard as an annotation": [
        (
            f"{APPS}/namespace.yaml",
            "  labels:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n",
            "  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n  labels:\n",
        ),
    ],
    "entries without a leading dot": [
        (f"{APPS}/kustomization.yaml", "./opencode-ha/ks.yaml", "opencode-ha/ks.yaml"),
        (f"{HA}/app/kustomization.yaml", "./pvc.yaml", "pvc.yaml"),
    ],
    "a path with a slash at its end": [
        (f"{FLUX}/ks.yaml", "opencode-flux/app\n", "opencode-flux/app/\n"),
        (f"{HA}/ks.yaml", "opencode-ha/app\n", "opencode-ha/app/\n"),
    ],
    "a path from the root, with a slash before it": _both(
        "ks.yaml", "path: ./kubernetes", "path: /kubernetes"
    ),
    "a dependency with its namespace": _both(
        "ks.yaml", "    - name: volsync\n", "    - name: volsync\n      namespace: flux-system\n"
    ),
    "the dependencies in another order": [
        (
            f"{HA}/ks.yaml",
            "    - name: rook-ceph-cluster\n    - name: volsync\n",
            "    - name: volsync\n    - name: rook-ceph-cluster\n",
        ),
    ],
    "the namespace once more in an object": [
        (
            f"{HA}/app/service.yaml",
            "  name: &app opencode-ha\n",
            "  name: &app opencode-ha\n  namespace: opencode\n",
        ),
    ],
    "one replica by default": _both("app/deployment.yaml", "  replicas: 1\n", ""),
    "a digest in place of the tag": _both(
        "app/deployment.yaml",
        "ghcr.io/anomalyco/opencode:1.18.33",
        f"ghcr.io/anomalyco/opencode@sha256:{'0a' * 32}",
    ),
    "the image is pulled every time": _both(
        "app/deployment.yaml",
        "          args: [web,",
        "          imagePullPolicy: Always\n          args: [web,",
    ),
    "Reloader for Secrets alone": _both(
        "app/deployment.yaml", "    reloader.stakater.com/auto:", "    secret.reloader.stakater.com/auto:"
    ),
    "another schedule": _both("app/volsync.yaml", '"0 * * * *"', '"15 3 * * 0,3"'),
    "no limit on old backups but one": _both(
        "app/volsync.yaml", "      hourly: 24\n      daily: 7\n      weekly: 5\n", "      within: 3m\n"
    ),
    "the capacity of the restore in mebibytes": [
        (f"{FLUX}/app/volsync.yaml", "capacity: 5Gi", "capacity: 5120Mi")
    ],
    "claims that start empty": [
        (f"{workspace}/app/pvc.yaml", RESTORED.format(workspace.rpartition("/")[2]), "")
        for workspace in (FLUX, HA)
    ],
    "the manual's heading in capitals": [
        ("scripts/README.md", "## Renewing the Copilot login", "## RENEWING THE COPILOT LOGIN ##"),
    ],
    "one workspace by its argument, the other by its variable": [
        (
            "scripts/README.md",
            "2. `scripts/seed-copilot-auth.sh --all` (or `flux`, or `ha`).",
            "2. `scripts/seed-copilot-auth.sh flux`; the other one is OPENCODE_HA_COPILOT_AUTH_JSON.",
        ),
    ],
    "the domain in a comment": [
        (
            f"{FLUX}/app/httproute.yaml",
            "  hostnames:\n",
            "  # That is flux.opencode.angryninja.cloud.\n  hostnames:\n",
        ),
    ],
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_what_means_the_same_is_not_reported(what: str) -> None:
    sources = dict(shipped()[1].sources)
    before = {item.id: item.status for item in check_sources(sources).result.verdicts}
    for path, old, new in ACCEPTED[what]:
        source = sources[path]
        assert source.text.count(old) == 1, (path, old)
        sources[path] = Source(path, source.text.replace(old, new), executable=source.executable)
    run = check_sources(sources)
    assert [f"{item.location} {item.rule}: {item.message}" for item in run.result.findings] == []
    assert {item.id: item.status for item in run.result.verdicts} == before
