"""What Flux would apply, and where each value was written."""

from __future__ import annotations

import pytest

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.location import Diagnostic
from opencode_policy.policy.model import ExistingObject
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree
from tests.trees import ENTRY, cluster, config_map, flux, kustomization, tree_of


def applied(tree: Tree) -> dict[str, list[str]]:
    return {build.name: [str(item.id) for item in build.resources] for build in tree.builds}


def said(diagnostics: list[Diagnostic]) -> list[tuple[str, str, str]]:
    return [(item.code, str(item.location), item.message) for item in diagnostics]


def only(tree: Tree, kind: str) -> Resource:
    (found,) = tree.of_kind(kind)
    return found


def test_an_empty_tree_applies_nothing() -> None:
    tree, diagnostics = tree_of({})
    assert (tree.builds, tree.resources, diagnostics) == ([], [], [])


def test_the_entry_reaches_a_nested_kustomization() -> None:
    tree, diagnostics = tree_of(
        {
            "apps/media/kustomization.yaml": kustomization("./ks.yaml"),
            "apps/media/ks.yaml": flux("media", "./apps/media/app", targetNamespace="media"),
            "apps/media/app/kustomization.yaml": kustomization("./cm.yaml"),
            "apps/media/app/cm.yaml": config_map("settings", host="media.${DOMAIN}"),
        }
    )
    assert diagnostics == []
    assert applied(tree) == {
        "apps": ["Kustomization flux-system/media"],
        "media": ["ConfigMap media/settings"],
    }
    settings = only(tree, "ConfigMap")
    assert settings["data"]["host"].value == "media.example.org"
    assert str(settings["data"]["host"].location) == "apps/media/app/cm.yaml:6:9"
    assert str(settings["metadata"]["namespace"].location) == "apps/media/ks.yaml:11:20"


def test_without_a_kustomization_file_flux_takes_every_manifest_below() -> None:
    tree, diagnostics = tree_of(
        {
            "apps/a/one.yaml": config_map("one"),
            "apps/a/deep/two.yml": config_map("two"),
            "apps/a/deep/notes.txt": "not a manifest\n",
            "apps/b/kustomization.yaml": kustomization("./three.yaml"),
            "apps/b/three.yaml": config_map("three"),
            "apps/b/unlisted.yaml": config_map("unlisted"),
        }
    )
    assert diagnostics == []
    assert applied(tree) == {"apps": ["ConfigMap one", "ConfigMap three", "ConfigMap two"]}
    assert tree.loose == ["apps/b/unlisted.yaml"]
    assert [item.applied_by for item in tree.of_kind("ConfigMap")] == ["apps", "apps", "apps", None]


def test_a_component_works_on_what_is_already_there() -> None:
    tree, diagnostics = tree_of(
        {
            "apps/a/kustomization.yaml": kustomization("./cm.yaml", components="[../../shared]"),
            "apps/a/cm.yaml": config_map("own"),
            "shared/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
                "commonAnnotations:\n  team: home\n"
                "configMapGenerator:\n  - name: scripts\n    files: [run.sh, other=run.sh]\n"
                "generatorOptions:\n  disableNameSuffixHash: true\n  labels:\n    made: by-hand\n"
            ),
            "shared/run.sh": "#!/bin/sh\necho hello\n",
        }
    )
    assert diagnostics == []
    own, scripts = tree.of_kind("ConfigMap")
    assert own["metadata"]["annotations"]["team"].value == "home"
    assert scripts["data"]["run.sh"].value == "#!/bin/sh\necho hello\n"
    assert str(scripts["data"]["other"].location) == "shared/run.sh:1:1"
    assert scripts["metadata"]["labels"].python == {"made": "by-hand"}


def test_prefix_and_namespace_know_who_changed_them() -> None:
    tree, _ = tree_of(
        {
            "apps/a/kustomization.yaml": kustomization("./cm.yaml", namePrefix="x-", namespace="there"),
            "apps/a/cm.yaml": config_map("own"),
        }
    )
    resource = only(tree, "ConfigMap")
    name = resource["metadata"]["name"]
    assert (str(resource.id), str(name.location)) == ("ConfigMap there/x-own", "apps/a/cm.yaml:4:9")
    assert name.node is not None
    assert [(item.kind, str(item.location)) for item in name.node.history] == [
        ("name", "apps/a/kustomization.yaml:3:13")
    ]


def test_items_of_a_list_and_json_manifests_are_objects() -> None:
    tree, diagnostics = tree_of(
        {
            "apps/list.yaml": "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n"
            "    metadata: {name: a}\n",
            "apps/kustomization.yaml": kustomization("./list.yaml", "./b.json"),
            "apps/b.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}',
        }
    )
    assert diagnostics == []
    assert applied(tree) == {"apps": ["ConfigMap a", "ConfigMap b"]}


@pytest.mark.parametrize(
    ("entry", "code", "message"),
    [
        ("./gone.yaml", "kustomize-build-failed", "there is no file or folder './gone.yaml'"),
        ("./settins.yaml", "kustomize-build-failed", None),
        ("../../../etc", "path-outside-tree", "'../../../etc' leads out of the repository"),
        ("/etc/passwd", "path-outside-tree", "'/etc/passwd' leads out of the repository"),
        ("./bare", "kustomize-build-failed", "the folder './bare' has no kustomization.yaml"),
        (
            ".",
            "kustomize-build-failed",
            "'.' leads back to a kustomization that is being built",
        ),
        (
            "https://user:pass@example.org/x?ref=v1",
            "kustomize-unsupported",
            "'https://…@example.org/x?ref=v1' is remote and is not fetched",
        ),
        (
            "github.com/a/b//c?ref=v1",
            "kustomize-unsupported",
            "'github.com/a/b//c?ref=v1' is remote and is not fetched",
        ),
    ],
)
def test_a_reference_that_cannot_be_followed_is_named(entry: str, code: str, message: str | None) -> None:
    files = {
        "apps/a/kustomization.yaml": kustomization("./settings.yaml", entry),
        "apps/a/settings.yaml": config_map("settings"),
        "apps/a/bare/x.yaml": config_map("x"),
    }
    _, diagnostics = tree_of(files)
    assert [item[:2] for item in said(diagnostics)][:1] == [(code, "apps/a/kustomization.yaml:5:5")]
    expected = message or "there is no file or folder './settins.yaml'; did you mean 'settings.yaml'?"
    assert diagnostics[0].message == expected


def test_substitution_loses_quotes_and_keeps_the_place() -> None:
    text = config_map("a", port='"${PORT}"', star='"*.${DOMAIN}"', text='"x-${DOMAIN}"')
    tree, diagnostics = tree_of(
        {
            "apps/ks.yaml": flux("child", "./child").replace(
                "spec:\n", 'spec:\n  postBuild: {substitute: {PORT: "8080"}}\n'
            ),
            "child/cm.yaml": text,
        }
    )
    assert diagnostics == []
    data = only(tree, "ConfigMap")["data"]
    assert data.python == {"port": 8080, "star": "*.example.org", "text": "x-example.org"}
    assert str(data["port"].location) == "child/cm.yaml:6:9"


@pytest.mark.parametrize("pair", ["labels: {X: disabled}", "annotations: {X: disabled}"])
def test_substitution_is_switched_off_per_object(pair: str) -> None:
    exempt = pair.replace("X", "kustomize.toolkit.fluxcd.io/substitute")
    text = config_map("a", host="${NOWHERE}").replace("  name: a\n", f"  name: a\n  {exempt}\n")
    tree, diagnostics = tree_of({"apps/cm.yaml": text})
    assert diagnostics == []
    assert only(tree, "ConfigMap")["data"]["host"].value == "${NOWHERE}"


def test_the_switch_is_compared_exactly() -> None:
    exempt = "annotations: {kustomize.toolkit.fluxcd.io/substitute: Disabled}"
    text = config_map("a", host="${DOMAIN}").replace("  name: a\n", f"  name: a\n  {exempt}\n")
    tree, _ = tree_of({"apps/cm.yaml": text})
    assert only(tree, "ConfigMap")["data"]["host"].value == "example.org"


@pytest.mark.parametrize(
    ("version", "consequence"),
    [("2.7.5", "it becomes the empty string"), ("v2.9.0", "the whole Kustomization fails")],
)
def test_an_undefined_variable_is_named_at_its_expression(version: str, consequence: str) -> None:
    files = {"apps/cm.yaml": config_map("a", host="x.${NOWHERE}.y")}
    _, diagnostics = tree_of(files, cluster(flux_version=version))
    assert said(diagnostics) == [
        (
            "substitution-undefined",
            "apps/cm.yaml:6:11",
            f"the variable 'NOWHERE' is not defined: {consequence}",
        )
    ]


def test_a_variable_of_unknown_value_stays_as_it_is() -> None:
    files = {"apps/cm.yaml": config_map("a", mail="${MAIL}")}
    tree, diagnostics = tree_of(files, cluster(unknown_variables=("MAIL",)))
    assert diagnostics == []
    assert only(tree, "ConfigMap")["data"]["mail"].value == "${MAIL}"


def test_an_expression_that_flux_refuses_fails_at_its_place() -> None:
    _, diagnostics = tree_of({"apps/cm.yaml": config_map("a", run='"${arr[0]}"')})
    assert said(diagnostics) == [
        (
            "substitution-failed",
            "apps/cm.yaml:6:9",
            "Flux cannot substitute this: missing closing brace",
        )
    ]


def test_a_kustomization_of_another_source_is_not_followed() -> None:
    foreign = flux("other", "./apps").replace("name: home", "name: elsewhere")
    tree, _ = tree_of({"apps/ks.yaml": foreign})
    other: FluxBuild = tree.builds[1]
    assert (other.name, other.folder, other.resources) == ("other", None, [])


def test_an_unreached_kustomization_is_evaluated_all_the_same() -> None:
    inventory = cluster(kustomizations=(ENTRY,), sources=(ExistingObject(kind="GitRepository", name="home"),))
    tree, _ = tree_of(
        {"elsewhere/ks.yaml": flux("lost", "./lost"), "lost/cm.yaml": config_map("x")}, inventory
    )
    assert applied(tree) == {"lost": ["ConfigMap x"]}
    assert tree.builds[0].parent is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just text\n", "a manifest must be a mapping with apiVersion, kind and metadata.name"),
        ("- a\n- b\n", "a manifest must be a mapping with apiVersion, kind and metadata.name"),
        ("a: 1\n", "the object lacks apiVersion, kind, metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\n", "the object lacks metadata.name"),
    ],
)
def test_a_document_that_is_no_object_is_named(text: str, message: str) -> None:
    _, diagnostics = tree_of({"apps/x.yaml": text})
    assert [(item.code, item.message) for item in diagnostics] == [("document-not-an-object", message)]


def test_an_empty_manifest_is_named() -> None:
    _, diagnostics = tree_of({"apps/x.yaml": "# nothing here\n"})
    assert said(diagnostics) == [("document-empty", "apps/x.yaml:1:1", "the file holds no object")]
