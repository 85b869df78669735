"""Files of the generated repository: which manifest goes where, and who lists it."""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Final

from benchmarks import platform_manifests as platform
from benchmarks.app_manifests import (
    access,
    backend_traffic_policy,
    claim,
    external_secret,
    http_route,
    prometheus_rule,
    service,
)
from benchmarks.apps import App
from benchmarks.config_manifests import config_map, script, settings
from benchmarks.flux_manifests import (
    config_map_generator,
    dependent_kustomization,
    flux_kustomization,
    kustomization,
    namespace,
    oci_repository,
)
from benchmarks.release_manifests import helm_release
from benchmarks.workload_manifests import cron_job, deployment, stateful_set

Tree = dict[str, str]
"""Text by path, relative to the root of the repository."""

_BY_HAND: Final[dict[str, Callable[[App, Random], str]]] = {
    "deployment": deployment,
    "statefulset": stateful_set,
    "cronjob": cron_job,
}
_PLATFORM: Final = (
    ("network", "envoy-gateway", "envoy-gateway", platform.GATEWAYS),
    ("network", "certificates", "certificates-import", platform.CERTIFICATE),
    ("external-secrets", "stores", "external-secrets-stores", platform.STORES),
    ("rook-ceph", "cluster", "rook-ceph-cluster", platform.STORAGE),
    ("volsync-system", "volsync", "volsync", platform.BACKUP_SETTINGS),
)


def platform_files(rng: Random) -> Tree:
    """Flux, the shared component and the applications that others wait for."""
    files = {
        "kubernetes/flux/kustomization.yaml": kustomization(["./config", "./vars", "./apps.yaml"]),
        "kubernetes/flux/config/kustomization.yaml": kustomization(["./cluster.yaml"]),
        "kubernetes/flux/config/cluster.yaml": platform.CLUSTER.lstrip(),
        "kubernetes/flux/apps.yaml": platform.APPS.lstrip(),
        "kubernetes/flux/vars/kustomization.yaml": kustomization(
            ["./cluster-settings.yaml", "./cluster-secrets.sops.yaml"]
        ),
        "kubernetes/flux/vars/cluster-settings.yaml": platform.SETTINGS.lstrip(),
        "kubernetes/flux/vars/cluster-secrets.sops.yaml": platform.encrypted_secret(
            "cluster-secrets", ("SECRET_DOMAIN", "SECRET_EMAIL"), "flux-system"
        ),
        "kubernetes/templates/volsync/kustomization.yaml": kustomization(["./backup.yaml"]),
        "kubernetes/templates/volsync/backup.yaml": platform.BACKUP.lstrip(),
    }
    for space, folder, name, text in _PLATFORM:
        app = App(folder, space, "platform", frozenset(), (), "", "", 0, 0)
        files |= {
            f"{app.folder}/ks.yaml": flux_kustomization(app, rng, name=name),
            f"{app.folder}/app/kustomization.yaml": kustomization([f"./{folder}.yaml"]),
            f"{app.folder}/app/{folder}.yaml": text.lstrip(),
        }
    for space in dict.fromkeys(space for space, *_ in _PLATFORM):
        files |= namespace_files(space, [folder for owner, folder, *_ in _PLATFORM if owner == space], rng)
    return files


def namespace_files(name: str, apps: Iterable[str], rng: Random) -> Tree:
    """A namespace and the aggregator that lists its applications."""
    listed = ["./namespace.yaml", *(f"./{app}/ks.yaml" for app in sorted(apps))]
    return {
        f"kubernetes/apps/{name}/namespace.yaml": namespace(name, rng),
        f"kubernetes/apps/{name}/kustomization.yaml": kustomization(listed),
    }


def app_files(app: App, more: int = 0) -> Tree:
    """An application's files: its ks.yaml, and a folder whose kustomization lists the others.

    `more` ConfigMaps on top let a caller meet a number of files exactly. The same application always has
    the same files.
    """
    rng = Random(app.seed)
    ks = flux_kustomization(app, rng)
    resources = _workload(app, rng) | dict(_surroundings(app, rng))
    resources |= {f"extra-{n:02}.yaml": config_map(app, rng, f"extra-{n:02}") for n in range(more)}
    generated = _generator_files(rng) if "files" in app.features else {}
    files = {"app/kustomization.yaml": _listing(app, resources, generated)}
    files |= {f"app/{name}": text for name, text in (resources | generated).items()}
    if "rules" in app.features:
        ks += dependent_kustomization(app, "rules")
        files["rules/kustomization.yaml"] = kustomization(["./prometheusrule.yaml"])
        files["rules/prometheusrule.yaml"] = prometheus_rule(app, rng)
    return {f"{app.folder}/{name}": text for name, text in {"ks.yaml": ks, **files}.items()}


def _listing(app: App, resources: Tree, generated: Tree) -> str:
    listed = [f"./{name}" for name in sorted(resources)]
    if "backup" in app.features:
        listed.append("../../../../templates/volsync")
    return kustomization(listed, config_map_generator(app, generated) if generated else "")


def _workload(app: App, rng: Random) -> Tree:
    if app.kind in _BY_HAND:
        return {f"{app.kind}.yaml": _BY_HAND[app.kind](app, rng)}
    release, source = helm_release(app, rng), oci_repository(app, rng)
    if rng.random() < 0.4:  # both in one file, as some repositories keep them
        return {"helmrelease.yaml": release + source}
    return {"helmrelease.yaml": release, "ocirepository.yaml": source}


def _surroundings(app: App, rng: Random) -> Iterator[tuple[str, str]]:
    by_hand = app.kind in {"deployment", "statefulset"}
    if "secret" in app.features:
        yield "externalsecret.yaml", external_secret(app, rng)
    if "config" in app.features:
        yield "configmap.yaml", config_map(app, rng)
    if "claim" in app.features:
        yield "pvc.yaml", claim(app, rng)
    if by_hand:
        yield "service.yaml", service(app)
    if by_hand and "route" in app.features:
        yield "httproute.yaml", http_route(app)
    if (by_hand or app.kind == "helm") and "policy" in app.features:
        yield "backendtrafficpolicy.yaml", backend_traffic_policy(app)
    if "access" in app.features:
        yield "rbac.yaml", access(app)
    if "sops" in app.features:
        yield "secret.sops.yaml", platform.encrypted_secret(f"{app.name}-sops", ("SALT", "DSN"))


def _generator_files(rng: Random) -> Tree:
    return {"resources/entrypoint.sh": script(rng), "resources/defaults.yaml": settings(rng)}
