"""ConfigMaps, Secrets and accounts of a release, in the shapes of versions 3, 4 and 5."""

from __future__ import annotations

import pytest

from tests.helm.releases import mistakes, names, pod, view

IMAGE = "image: {repository: example/app, tag: 1.2.3}"
CONTROLLERS = f"controllers: {{main: {{containers: {{app: {{{IMAGE}}}}}}}}}\n"


def test_the_data_of_a_config_map_are_templates() -> None:
    values = f"{CONTROLLERS}configMaps: {{c: {{data: {{a: '{{{{ .Release.Name }}}}', b: plain}}, binaryData: {{d: eA==}}}}}}\n"
    made = view(values, "ConfigMap")
    assert made["data"].python == {"a": "demo", "b": "plain"}
    assert made["binaryData"].python == {"d": "eA=="}


def test_a_secret() -> None:
    values = f"{CONTROLLERS}secrets: {{s: {{type: Opaque, stringData: {{a: plain}}}}}}\n"
    made = view(values, "Secret")
    assert made["stringData"].python == {"a": "plain"}
    assert made["type"].text == "Opaque"


@pytest.mark.parametrize(
    ("tag", "accounts", "made", "used"),
    [
        ("4.4.0", "", [], "default"),
        ("5.0.1", "", ["demo"], "demo"),
        ("5.0.1", "global: {createDefaultServiceAccount: false}", [], "default"),
        ("4.4.0", "serviceAccount: {main: {}}", ["demo"], "demo"),
        ("5.0.1", "serviceAccount: {main: {}}", ["demo"], "demo"),
        ("4.4.0", "serviceAccount: {main: {enabled: false}}", [], "default"),
        ("4.4.0", "serviceAccount: {a: {}, b: {}}", ["demo-a", "demo-b"], "default"),
        ("4.4.0", "serviceAccount: {a: {forceRename: x}}", ["x"], "x"),
        ("3.7.3", "", [], "default"),
        ("3.7.3", "serviceAccount: {create: false, name: x}", [], "default"),
        ("3.7.3", "serviceAccount: {create: true}", ["demo"], "demo"),
        ("3.7.3", "serviceAccount: {create: true, name: x}", ["x"], "x"),
        ("3.7.3", "serviceAccount: {extraServiceAccounts: {y: {create: true}}}", ["demo-y"], "default"),
    ],
)
def test_accounts(tag: str, accounts: str, made: list[str], used: str) -> None:
    values = f"{CONTROLLERS}{accounts}\n"
    assert names(values, "ServiceAccount", tag) == made
    if "extra" not in accounts:
        assert pod(values, tag=tag)["serviceAccountName"] == used


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        ("{identifier: b}", "demo-b"),
        ("{name: given}", "given"),
        ("{name: '{{ .Release.Name }}-x'}", "demo-x"),
    ],
)
def test_the_account_of_one_controller(asked: str, used: str) -> None:
    controllers = f"controllers: {{main: {{serviceAccount: {asked}, containers: {{app: {{{IMAGE}}}}}}}}}\n"
    assert pod(f"{controllers}serviceAccount: {{a: {{}}, b: {{}}}}\n")["serviceAccountName"] == used


def test_an_account_that_does_not_exist() -> None:
    values = f"controllers:\n  main:\n    serviceAccount: {{identifier: c}}\n    containers: {{app: {{{IMAGE}}}}}\n"
    assert mistakes(values) == [(3, "there is no serviceAccount 'c'")]


RAW = {
    "4.4.0": "rawResources: {x: {apiVersion: v1, kind: Thing, labels: {a: b}, spec: {spec: {c: '{{ .Release.Name }}'}}}}",
    "5.0.1": "rawResources: {x: {manifest: {apiVersion: v1, kind: Thing, metadata: {name: no, labels: {a: b}}, spec: {c: '{{ .Release.Name }}'}}}}",
}


@pytest.mark.parametrize("tag", RAW)
def test_an_object_that_is_written_out(tag: str) -> None:
    """Both shapes of the upgrade instructions, "rawResources restructure"; the name is always the chart's."""
    made = view(f"{CONTROLLERS}{RAW[tag]}\n", "Thing", tag)
    assert made.name == "demo"
    assert made["spec"].python == {"c": "demo"}
    assert made["metadata"]["labels"]["a"].text == "b"


def test_an_object_without_a_kind() -> None:
    assert mistakes(f"{CONTROLLERS}rawResources:\n  x:\n    spec: {{}}\n") == [
        (3, "the raw resource x has no apiVersion or no kind")
    ]


EXTERNAL = """\
defaultExternalSecretStoreRef: {kind: ClusterSecretStore, name: vault}
externalSecrets:
  keys:
    target: {template: {data: {a: '{{ .password }}'}}}
    dataFrom: [{extract: {key: app}}]
"""


def test_an_external_secret_and_what_uses_it() -> None:
    controllers = f"controllers: {{main: {{containers: {{app: {{{IMAGE}, envFrom: [{{externalSecretRef: {{identifier: keys}}}}]}}}}}}}}\n"
    values = f"{controllers}{EXTERNAL}persistence: {{k: {{type: secret, externalSecretRef: keys}}}}\n"
    assert view(values, "ExternalSecret", "5.0.1")["spec"].python == {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "target": {"deletionPolicy": "Delete", "template": {"data": {"a": "{{ .password }}"}}},
        "dataFrom": [{"extract": {"key": "app"}}],
    }
    spec = pod(values, tag="5.0.1")
    assert spec["volumes"] == [{"name": "k", "secret": {"secretName": "demo"}}]
    assert spec["containers"][0]["envFrom"] == [{"secretRef": {"name": "demo"}}]  # type: ignore[index]


def test_the_secret_of_an_external_secret_may_have_a_name_of_its_own() -> None:
    values = f"{CONTROLLERS}{EXTERNAL.replace('target: {', 'target: {name: other, ')}persistence: {{k: {{type: secret, externalSecretRef: keys}}}}\n"
    assert pod(values, tag="5.0.1")["volumes"] == [{"name": "k", "secret": {"secretName": "other"}}]


@pytest.mark.parametrize("field", ["labels", "item", "name", "context", "not an identifier"])
def test_an_object_with_fields_of_any_name(field: str) -> None:
    values = (
        f"{CONTROLLERS}rawResources: {{x: {{manifest: {{apiVersion: v1, kind: Thing, '{field}': 5}}}}}}\n"
    )
    assert view(values, "Thing", "5.0.1")[field].value == 5
