"""Lists, JSON, encrypted objects, definitions beside their instances."""

from __future__ import annotations

from tests.trees import cluster, config_map, flux, kustomization, tree_of

INVENTORY = cluster(variables={}, kustomizations=())
WEB = flux("web", "./web", targetNamespace="there", postBuild="{substitute: {V: x}}")


def test_items_of_lists_are_built_and_substituted() -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMapList\nitems:\n"
        "  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a}\n    data: {v: '${V}'}\n"
    )
    tree, diagnostics = tree_of({"ks.yaml": WEB, "web/list.yaml": text}, INVENTORY)
    assert diagnostics == []
    (found,) = tree.of_kind("ConfigMap")
    assert str(found.id) == "ConfigMap there/a"
    assert str(found["data"]["v"].location) == "web/list.yaml:7:15"
    assert found["data"]["v"].value == "x"


def test_json_manifests_are_built_and_substituted() -> None:
    files = {
        "ks.yaml": WEB,
        "web/kustomization.yaml": kustomization("a.json"),
        "web/a.json": (
            '{"apiVersion": "v1", "kind": "ConfigMap",\n "metadata": {"name": "a"},\n "data": {"v": "${V}"}}'
        ),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    assert diagnostics == []
    (found,) = tree.of_kind("ConfigMap")
    assert (found["data"]["v"].value, str(found["data"]["v"].location)) == ("x", "web/a.json:3:16")


def test_an_object_that_sops_encrypts_loses_its_seal_and_keeps_what_is_unknown() -> None:
    text = (
        config_map("a", plain="yes-it-is", hidden="ENC[AES256_GCM,data:AA==,type:str]").replace(
            "ConfigMap", "Secret"
        )
        + "sops:\n  mac: ENC[x]\n  version: 3.9.0\n"
    )
    tree, diagnostics = tree_of({"ks.yaml": WEB, "web/a.sops.yaml": text}, INVENTORY)
    assert diagnostics == []
    (found,) = tree.of_kind("Secret")
    assert not found["sops"].exists
    assert found["data"]["plain"].node is not None
    assert found["data"]["plain"].node.history == ()
    node = found["data"]["hidden"].node
    assert node is not None
    assert [(item.kind, item.message, str(item.location)) for item in node.history] == [
        ("unknown", "SOPS encrypts this value", "web/a.sops.yaml:7:11")
    ]


def test_a_definition_and_its_instance_in_one_tree() -> None:
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: widgets.example.org}\nspec:\n  group: example.org\n  scope: Namespaced\n"
        "  names: {kind: Widget, plural: widgets}\n  versions:\n    - name: v1\n      served: true\n"
        "      storage: true\n      schema: {openAPIV3Schema: {type: object,"
        " properties: {spec: {type: object,"
        " properties: {size: {type: integer}}}}}}\n"
    )
    widget = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: '${V}'}\n"
    tree, diagnostics = tree_of({"ks.yaml": WEB, "web/d.yaml": definition, "web/w.yaml": widget}, INVENTORY)
    assert diagnostics == []
    kinds = ("CustomResourceDefinition", "Widget")
    assert [str(item.id) for item in tree.resources if item.kind in kinds] == [
        "CustomResourceDefinition widgets.example.org",
        "Widget there/a",
    ]
    validator = tree.schemas.validator("example.org/v1", "Widget")
    assert validator is not None
    assert len(validator.violations(tree.of_kind("Widget")[0].field.python)) == 1
