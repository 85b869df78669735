"""Changes to the shipped manifests after which every secret still arrives: no secret rule may speak up."""

from __future__ import annotations

import pytest

from opencode_policy.source import Source
from tests.mutations.harness import APPS, check_sources, shipped
from tests.mutations.table_secrets import FLUX, FLUX_KEYS, FLUX_PASSWORD, FLUX_POD, FLUX_TOKEN, HA_KEYS, entry

REQUIREMENTS = ("INFRA-04", "SECR-01", "SECR-02", "SECR-03", "FLUX-02", "HA-02", "SEC-01")
RULES = frozenset(
    {
        "clone-token-in-server",
        "doppler-name-mismatch",
        "secret-in-file",
        "secret-key-unproduced",
        "secret-literal-environment",
        "secret-role-undelivered",
        "secret-wrong-store",
        "server-password-missing",
    }
)
Edits = tuple[tuple[str, str, str], ...]

_TARGET = "    creationPolicy: Owner\n"
_STORE = "  secretStoreRef:\n    kind: ClusterSecretStore\n    name: doppler-secrets\n"
_ITEMS = "            items:\n              - key: copilot-login\n                path: copilot-login\n"

HARMLESS: dict[str, Edits] = {
    "other intervals and policies": (
        (FLUX_KEYS, "refreshInterval: 15m", "refreshInterval: 1h"),
        (FLUX_KEYS, _TARGET, "    creationPolicy: Orphan\n    deletionPolicy: Delete\n"),
    ),
    "policies left to their defaults": ((HA_KEYS, _TARGET, ""), (HA_KEYS, "  refreshInterval: 15m\n", "")),
    "a template that passes everything on": (
        (
            FLUX_KEYS,
            _TARGET,
            "    template:\n      data:\n"
            + "".join(
                f"        {key}: '{{{{ index . \"{key}\" }}}}'\n"
                for key in ("github-pat", "server-password", "copilot-login")
            ),
        ),
    ),
    "a label from a template": (
        (FLUX_KEYS, _TARGET, "    template:\n      metadata:\n        labels:\n          a: b\n"),
    ),
    "another key of the Secret": (
        (FLUX_KEYS, "secretKey: github-pat", "secretKey: GITHUB_TOKEN"),
        (FLUX_POD, "key: github-pat", "key: GITHUB_TOKEN"),
    ),
    "another name of the Secret": (
        (FLUX_KEYS, "name: opencode-flux-secret", "name: flux-keys"),
        (FLUX_POD, "opencode-flux-secret", "flux-keys"),
    ),
    "each entry names its store": (
        (FLUX_KEYS, _STORE, ""),
        (
            FLUX_KEYS,
            "      remoteRef:\n",
            """\
      sourceRef: {storeRef: {kind: ClusterSecretStore, name: doppler-secrets}}
      remoteRef:
""",
        ),
    ),
    "another order of the entries": (
        (FLUX_KEYS, entry("github-pat", "OPENCODE_FLUX_GITHUB_PAT"), ""),
        (FLUX_KEYS, "  data:\n", f"  data:\n{entry('github-pat', 'OPENCODE_FLUX_GITHUB_PAT')}"),
    ),
    "flow style and quotes": (
        (
            HA_KEYS,
            entry("server-password", "OPENCODE_HA_PASSWORD"),
            '    - {"secretKey": "server-password", "remoteRef": {"key": \'OPENCODE_HA_PASSWORD\'}}\n',
        ),
    ),
    "a further secret, from elsewhere and by a pattern": (
        (
            f"{FLUX}/volsync.yaml",
            entry("MINIO_ROOT_USER", "MINIO_ROOT_USER"),
            entry("MINIO_ROOT_USER", "MINIO_ROOT_USER") + entry("MORE", "OPENCODE_OTHER_PASSWORD"),
        ),
        (
            f"{FLUX}/volsync.yaml",
            "  data:\n    - secretKey: VOL",
            "  dataFrom: [{find: {path: MINIO_}}]\n  data:\n    - secretKey: VOL",
        ),
    ),
    "the password first, a variable of its own after it": (
        (
            FLUX_POD,
            FLUX_PASSWORD,
            f"{FLUX_PASSWORD}            - name: COPY\n              value: $(OPENCODE_SERVER_PASSWORD)\n",
        ),
    ),
    "not optional, in words": (
        (FLUX_POD, "key: server-password\n", "key: server-password\n                  optional: false\n"),
    ),
    "the token as a file of the init container": (
        (FLUX_POD, FLUX_TOKEN, ""),
        (FLUX_POD, _ITEMS, f"{_ITEMS}              - key: github-pat\n                path: github-pat\n"),
    ),
    "a projected volume": (
        (
            FLUX_POD,
            "          secret:\n            secretName: opencode-flux-secret\n",
            """\
          projected:
            sources:
              - secret:
                  name: opencode-flux-secret
""",
        ),
        (
            FLUX_POD,
            "            # Readable by fsGroup; nobody else is in it.\n            defaultMode: 0440\n"
            + _ITEMS,
            """\
                  items: [{key: copilot-login, path: copilot-login}]
            defaultMode: 0440
""",
        ),
    ),
    "words about secrets": (
        (
            FLUX_POD,
            "  replicas: 1\n",
            "  # password: see Doppler; token: ghp_... of the repository\n  replicas: 1\n",
        ),
        (
            "scripts/README.md",
            "\n## ",
            "\nexport DOPPLER_TOKEN=dp.st.xxxx\ncurl -u opencode:$PASSWORD https://flux.example.org\n\n## ",
        ),
    ),
    "digests and identifiers": (
        (
            FLUX_POD,
            "  replicas: 1\n",
            "  replicas: 1\n  # checksum/secret: "
            + "0a1b2c3d" * 8
            + "\n  # 6f1c0f4e-8a2b-4d3c-9e5f-7a6b8c9d0e1f\n",
        ),
        (f"{APPS}/components/workspace/config/opencode.json", "{\n", '{\n  "share": "disabled",\n'),
    ),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_no_secret_rule_speaks_up(what: str) -> None:
    sources = dict(shipped()[1].sources)
    for path, old, new in HARMLESS[what]:
        text = sources[path].text
        assert old in text, f"{path}: {old}"
        sources[path] = Source(path, text.replace(old, new), executable=sources[path].executable)
    run = check_sources(sources)
    found = [
        f"{item.location} {item.rule}: {item.message}" for item in run.result.findings if item.rule in RULES
    ]
    assert found == []
    before = {item.id: item for item in check_sources(dict(shipped()[1].sources)).result.verdicts}
    for verdict in run.result.verdicts:
        if verdict.id in REQUIREMENTS:
            proved = {item.rule for item in verdict.evidence} & RULES
            assert proved == {item.rule for item in before[verdict.id].evidence} & RULES, verdict.id
            assert (verdict.status, verdict.reason) == (before[verdict.id].status, before[verdict.id].reason)
