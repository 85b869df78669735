"""What the spec of a Flux Kustomization adds to the kustomization of its path, and what Flux generates."""

from __future__ import annotations

from opencode_policy.policy.model import FluxObject
from opencode_policy.tree import Tree
from tests.trees import cluster, config_map, flux, kustomization, tree_of

INVENTORY = cluster(variables={}, kustomizations=())


def ids(tree: Tree) -> list[str]:
    return [str(item.id) for item in tree.resources if item.kind != "Kustomization"]


def said(files: dict[str, str]) -> list[tuple[str, str, str]]:
    _, diagnostics = tree_of(files, INVENTORY)
    return [(item.code, str(item.location), item.message) for item in diagnostics]


def deployment(image: str) -> str:
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        f"      containers:\n        - name: web\n          image: {image}\n"
    )


def test_a_spec_without_such_fields_changes_nothing() -> None:
    files = {"ks.yaml": flux("web", "./web"), "web/cm.yaml": config_map("a")}
    tree, diagnostics = tree_of(files, INVENTORY)
    assert (ids(tree), diagnostics) == (["ConfigMap a"], [])


def test_prefix_suffix_and_namespace_take_the_place_of_the_files_own() -> None:
    files = {
        "ks.yaml": flux("web", "./web", namePrefix="flux-", nameSuffix="-x", targetNamespace="there"),
        "web/kustomization.yaml": kustomization("cm.yaml", namePrefix="own-", namespace="here"),
        "web/cm.yaml": config_map("a"),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    assert (ids(tree), diagnostics) == (["ConfigMap there/flux-a-x"], [])
    namespace = tree.of_kind("ConfigMap")[0]["metadata"]["namespace"]
    assert str(namespace.location) == "web/kustomization.yaml:4:12"
    assert namespace.node is not None
    assert [(item.message, str(item.location)) for item in namespace.node.history] == [
        ("the namespace becomes 'there' here", "ks.yaml:13:20")
    ]


def test_images_replace_those_of_the_same_name() -> None:
    files = {
        "ks.yaml": flux("web", "./web", images="[{name: web, newTag: '2'}]"),
        "web/kustomization.yaml": kustomization(
            "d.yaml", images="[{name: web, newName: other, newTag: '1'}]"
        ),
        "web/d.yaml": deployment("web:0"),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    assert diagnostics == []
    containers = tree.of_kind("Deployment")[0]["spec"]["template"]["spec"]["containers"]
    assert containers[0]["image"].value == "web:2"


def test_components_join_those_of_the_file() -> None:
    component = (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations:\n  {0}: set\n"
    )
    files = {
        "ks.yaml": flux("web", "./web", components="[../two, ../gone]", ignoreMissingComponents="true"),
        "web/kustomization.yaml": kustomization("cm.yaml", components="[../one]"),
        "web/cm.yaml": config_map("a"),
        "one/kustomization.yaml": component.format("one"),
        "two/kustomization.yaml": component.format("two"),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    assert diagnostics == []
    assert tree.of_kind("ConfigMap")[0]["metadata"]["annotations"].python == {"one": "set", "two": "set"}


def test_a_component_that_is_missing_or_elsewhere() -> None:
    files = {
        "ks.yaml": flux("web", "./web", components="[../gone, 'https://example.org/x']"),
        "web/kustomization.yaml": kustomization("cm.yaml"),
        "web/cm.yaml": config_map("a"),
    }
    assert (
        "kustomize-build-failed",
        "ks.yaml:11:16",
        "there is no file or folder '../gone'",
    ) in said(files)
    assert (
        "kustomize-build-failed",
        "ks.yaml:11:25",
        "the path of a component must be local and relative",
    ) in said(files)


def test_common_metadata_comes_behind_the_substitution() -> None:
    """So its own variables stay, and a switch in it does not switch substitution off."""
    common = "{annotations: {a: '${V}', kustomize.toolkit.fluxcd.io/substitute: disabled}}"
    files = {
        "ks.yaml": flux("web", "./web", commonMetadata=common, postBuild="{substitute: {V: x}}"),
        "web/cm.yaml": config_map("a", v="${V}"),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    (found,) = tree.of_kind("ConfigMap")
    assert diagnostics == []
    assert found["data"]["v"].value == "x"
    assert found["metadata"]["annotations"]["a"].value == "${V}"
    assert str(found["metadata"]["annotations"]["a"].location) == "ks.yaml:11:37"


class TestGenerated:
    """A folder without a kustomization file."""

    def test_files_and_folders_in_the_order_of_a_walk(self) -> None:
        files = {
            "ks.yaml": flux("web", "./web"),
            "web/c.yaml": config_map("c"),
            "web/b/x.yml": config_map("b"),
            "web/a/kustomization.yaml": kustomization("x.yaml"),
            "web/a/x.yaml": config_map("a"),
            "web/a/below/unlisted.yaml": config_map("unlisted"),
            "web/d.json": config_map("json"),
            "web/.sops.yaml": "creation_rules: []\n",
            "web/.github/workflow.yaml": "on: push\n",
        }
        tree, diagnostics = tree_of(files, INVENTORY)
        assert [str(item.id) for item in tree.builds[0].resources] == [
            "ConfigMap a",
            "ConfigMap b",
            "ConfigMap c",
        ]
        assert [item.code for item in diagnostics] == ["document-not-an-object"] * 2  # nobody applies them
        assert tree.builds[0].files == {
            "web/a/kustomization.yaml",
            "web/a/x.yaml",
            "web/b/x.yml",
            "web/c.yaml",
        }

    def test_what_a_sourceignore_leaves_out_is_not_known(self) -> None:
        files = {"ks.yaml": flux("web", "./web"), ".sourceignore": "/docs\n", "web/a.yaml": config_map("a")}
        tree, diagnostics = tree_of(files, INVENTORY)
        assert diagnostics == []
        assert [(str(item.location), item.message) for item in tree.unseen] == [
            (
                ".sourceignore:1:1",
                "what .sourceignore leaves out is not known: such files are taken all the same",
            )
        ]

    def test_the_spec_applies_to_it_as_well(self) -> None:
        files = {
            "ks.yaml": flux("web", "./web", namePrefix="x-", targetNamespace="there"),
            "web/b/x.yml": config_map("b"),
        }
        tree, diagnostics = tree_of(files, INVENTORY)
        assert (ids(tree), diagnostics) == (["ConfigMap there/x-b"], [])

    def test_a_folder_that_leads_back_to_it(self) -> None:
        files = {
            "ks.yaml": flux("web", "./web"),
            "web/a/kustomization.yaml": kustomization("./.."),
        }
        assert [item[:2] for item in said(files)] == [
            ("kustomize-build-failed", "web/a/kustomization.yaml:4:5")
        ]


class TestCircles:
    def test_a_kustomization_that_applies_itself_is_usual(self) -> None:
        files = {"flux/ks.yaml": flux("flux-system", "./flux")}
        assert said(files) == []

    def test_two_that_apply_each_other(self) -> None:
        files = {"a/ks.yaml": flux("b", "./b"), "b/ks.yaml": flux("a", "./a")}
        assert said(files) == [
            (
                "kustomization-circle",
                "a/ks.yaml:4:9",
                "the Kustomization 'b' is applied by 'a', which it applies itself",
            )
        ]

    def test_a_long_chain_is_followed_to_its_end(self) -> None:
        files = {f"k{at}/ks.yaml": flux(f"n{at + 1}", f"./k{at + 1}") for at in range(1500)}
        tree, diagnostics = tree_of({**files, "k1500/cm.yaml": config_map("end")}, INVENTORY)
        assert diagnostics == []
        assert [item.applied_by for item in tree.of_kind("ConfigMap")] == ["n1500"]


def test_another_source_is_not_followed_and_said_so() -> None:
    entry = FluxObject(name="apps", path="./apps", source="home")
    foreign = flux("other", "./web").replace("name: home", "name: elsewhere")
    tree, diagnostics = tree_of(
        {"apps/ks.yaml": foreign, "web/cm.yaml": config_map("a")}, cluster(kustomizations=(entry,))
    )
    assert diagnostics == []
    assert [(str(item.location), item.message) for item in tree.unseen] == [
        ("apps/ks.yaml:10:11", "'other' reads the source 'elsewhere', which is not in this tree")
    ]


class TestPatches:
    """Patches of the spec: they stand in the ks.yaml, and both Kustomizations substitute in them."""

    PATCH = (
        "\n    - target: {kind: ConfigMap}\n      patch: |\n        - op: add\n          path: /data/x\n"
        "          value: "
    )

    def found(self, value: str, parent: str = "") -> tuple[object, str, list[str]]:
        child = flux("web", "./web", postBuild="{substitute: {OWN: own}}", patches=self.PATCH + value)
        files = {"apps/ks.yaml": child, "web/cm.yaml": config_map("a", v="w")}
        if parent:
            files["ks.yaml"] = flux("apps", "./apps", postBuild=parent)
        tree, diagnostics = tree_of(files, INVENTORY)
        (item,) = tree.of_kind("ConfigMap")
        said = [diagnostic.message for diagnostic in diagnostics]
        return item["data"]["x"].value, str(item["data"]["x"].location), said

    def test_a_value_stands_in_the_patch(self) -> None:
        assert self.found("new") == ("new", "apps/ks.yaml:17:18", [])

    def test_a_patch_is_substituted_by_its_own_kustomization(self) -> None:
        assert self.found("a-${OWN}-$${X}") == ("a-own-${X}", "apps/ks.yaml:17:18", [])

    def test_and_before_that_by_the_one_that_applies_it(self) -> None:
        value, place, said = self.found("${P}-$${OWN}-$$$${X}", "{substitute: {P: p}}")
        assert (value, place, said) == ("p-own-${X}", "apps/ks.yaml:14:14", [])

    def test_a_kustomization_that_others_apply_is_not_evaluated_on_its_own(self) -> None:
        """Although its file comes first, and nothing of the inventory leads to either of them."""
        _, _, said = self.found("${P}", "{substitute: {P: p}}")
        assert said == []

    def test_a_parent_may_give_its_children_their_variables(self) -> None:
        patch = (
            "\n    - target: {kind: Kustomization}\n      patch: |\n"
            "        apiVersion: kustomize.toolkit.fluxcd.io/v1\n        kind: Kustomization\n"
            "        metadata: {name: any}\n        spec:\n          postBuild:\n"
            "            substituteFrom:\n              - {kind: ConfigMap, name: vars}\n"
        )
        files = {
            "flux/ks.yaml": flux("apps", "./apps", patches=patch),
            "flux/vars.yaml": config_map("vars", V="one").replace(
                "metadata:\n", "metadata:\n  namespace: flux-system\n"
            ),
            "apps/ks.yaml": flux("web", "./web"),
            "web/cm.yaml": config_map("a", v="${V}"),
        }
        tree, diagnostics = tree_of(files, INVENTORY)
        assert diagnostics == []
        assert [item["data"]["v"].value for item in tree.of_kind("ConfigMap") if item.name == "a"] == ["one"]


def test_without_an_inventory_a_source_of_which_nothing_is_here_is_another_repository() -> None:
    foreign = flux("operator", "./config/default").replace("name: home", "name: operator")
    typo = flux("late", "./webb")
    files = {
        "ks.yaml": flux("web", "./web"),
        "o.yaml": foreign,
        "t.yaml": typo,
        "web/cm.yaml": config_map("a"),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    assert diagnostics == []
    assert [(build.name, build.folder, build.foreign) for build in tree.builds] == [
        ("web", "web", False),
        ("operator", None, True),
        ("late", None, False),
    ]
    assert [item.message for item in tree.unseen] == [
        "'operator' reads the source 'operator', which is not in this tree"
    ]
