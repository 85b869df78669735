"""Where Flux takes its variables from, which of them wins, and what is known of them."""

from __future__ import annotations

import base64

import pytest

from opencode_policy.policy.model import ClusterFile, ExistingObject, FluxObject
from tests.trees import cluster, config_map, flux, kustomization, tree_of

INVENTORY = cluster(variables={}, kustomizations=())


def reading(*sources: str, inline: str = "") -> str:
    """A Kustomization `web` that reads variables from ConfigMaps or Secrets (`Kind name` or with `?`)."""
    lines = ""
    for source in sources:
        kind, _, name = source.rstrip("?").partition(" ")
        lines += f"      - kind: {kind}\n        name: {name}\n"
        lines += "        optional: true\n" if source.endswith("?") else ""
    post = f"  postBuild:\n    substituteFrom:\n{lines}" + (
        f"    substitute:\n      {inline}\n" if inline else ""
    )
    return flux("web", "./web") + post


def holding(kind: str, name: str, namespace: str = "flux-system", **data: str) -> str:
    return (
        config_map(name, **data)
        .replace("ConfigMap", kind)
        .replace("metadata:\n", f"metadata:\n  namespace: {namespace}\n")
    )


def values(
    files: dict[str, str], inventory: ClusterFile = INVENTORY
) -> tuple[object, list[tuple[str, str, str]]]:
    """The data of the ConfigMap that `web` applies, and what was said."""
    tree, diagnostics = tree_of({"web/cm.yaml": config_map("out", v="${V}"), **files}, inventory)
    (out,) = (item for item in tree.of_kind("ConfigMap") if item.name == "out")
    said = [(item.code, str(item.location), item.message) for item in diagnostics]
    return out["data"]["v"].value, said


def test_without_variables_nothing_is_substituted() -> None:
    assert values({"ks.yaml": flux("web", "./web")}) == ("${V}", [])


def test_an_empty_source_substitutes_nothing() -> None:
    files = {"ks.yaml": reading("ConfigMap vars"), "vars.yaml": holding("ConfigMap", "vars")}
    assert values(files) == ("${V}", [])


@pytest.mark.parametrize(
    ("sources", "inline", "value"),
    [
        (("ConfigMap first",), "", "one"),
        (("ConfigMap first", "ConfigMap second"), "", "two"),
        (("ConfigMap second", "ConfigMap first"), "", "one"),
        (("ConfigMap first", "Secret third"), "", "three"),
        (("ConfigMap first", "ConfigMap second"), "V: four", "four"),
        (("ConfigMap gone?", "ConfigMap first"), "", "one"),
    ],
)
def test_later_sources_win_and_inline_values_over_all(
    sources: tuple[str, ...], inline: str, value: str
) -> None:
    files = {
        "ks.yaml": reading(*sources, inline=inline),
        "vars/first.yaml": holding("ConfigMap", "first", V="one"),
        "vars/second.yaml": holding("ConfigMap", "second", V="two"),
        "vars/third.yaml": holding("Secret", "third", V=base64.b64encode(b"three").decode()),
    }
    assert values(files) == (value, [])


def test_a_source_of_another_namespace_is_not_read() -> None:
    files = {
        "ks.yaml": reading("ConfigMap vars"),
        "vars.yaml": holding("ConfigMap", "vars", "default", V="one"),
    }
    message = "there is no ConfigMap 'vars' in the namespace 'flux-system' to substitute from"
    assert values(files) == ("${V}", [("substitution-source-missing", "ks.yaml:14:15", message)])


def test_text_of_a_secret_wins_over_its_data_and_loses_its_line_ends() -> None:
    secret = holding("Secret", "vars", V="b25l") + 'stringData:\n  V: "a\\nb\\n"\n'
    assert values({"ks.yaml": reading("Secret vars"), "vars.yaml": secret}) == ("ab", [])


def test_a_source_that_a_later_kustomization_applies_is_read_as_it_is_applied() -> None:
    files = {
        "ks.yaml": reading("ConfigMap vars"),
        "later/ks.yaml": flux("zz-vars", "./zz", targetNamespace="flux-system").replace(
            "spec:\n", "spec:\n  postBuild: {substitute: {ROOT: example.org}}\n"
        ),
        "zz/kustomization.yaml": kustomization("vars.yaml"),
        "zz/vars.yaml": config_map("vars", V="web.${ROOT}"),
    }
    assert values(files) == ("web.example.org", [])


def test_a_name_that_flux_refuses() -> None:
    files = {"ks.yaml": reading("ConfigMap vars"), "vars.yaml": holding("ConfigMap", "vars", **{"a-b": "x"})}
    message = "Flux refuses 'a-b' as the name of a variable: it takes letters, digits and _"
    assert values(files)[1][0] == ("substitution-failed", "vars.yaml:7:8", message)


class TestUnknown:
    """Variables of which only the name is known: their expressions stay, and nothing is wrong."""

    def unseen(self, files: dict[str, str], inventory: ClusterFile = INVENTORY) -> list[tuple[str, str]]:
        given = {"web/cm.yaml": config_map("out", v="${V}"), **files}
        tree, diagnostics = tree_of(given, inventory)
        assert diagnostics == []
        assert [item["data"]["v"].value for item in tree.of_kind("ConfigMap") if item.name == "out"] == [
            "${V}"
        ]
        return [(str(item.location), item.message) for item in tree.unseen]

    ONE = [("web/cm.yaml:6:6", "a value depends on ${V}, which only the cluster knows")]

    def test_sops(self) -> None:
        secret = holding("Secret", "vars", V="ENC[AES256_GCM,data:x,type:str]") + "sops:\n  mac: x\n"
        assert self.unseen({"ks.yaml": reading("Secret vars"), "vars.sops.yaml": secret}) == self.ONE

    def test_an_external_secret_with_names(self) -> None:
        made = (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
            "metadata: {name: any, namespace: flux-system}\n"
            "spec:\n  target: {name: vars}\n  data:\n    - secretKey: V\n      remoteRef: {key: V}\n"
        )
        assert self.unseen({"ks.yaml": reading("Secret vars"), "es.yaml": made}) == self.ONE

    def test_an_external_secret_that_brings_whatever_the_store_has(self) -> None:
        made = (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
            "metadata: {name: vars, namespace: flux-system}\n"
            "spec:\n  dataFrom:\n    - find: {path: A}\n"
        )
        assert self.unseen({"ks.yaml": reading("Secret vars"), "es.yaml": made}) == self.ONE

    def test_a_template_says_every_name(self) -> None:
        made = (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
            "metadata: {name: vars, namespace: flux-system}\n"
            "spec:\n  target:\n    template:\n      data: {OTHER: x}\n  data:\n    - secretKey: V\n"
        )
        _, said = values({"ks.yaml": reading("Secret vars"), "es.yaml": made})
        assert said == [
            (
                "substitution-undefined",
                "web/cm.yaml:6:6",
                "the variable 'V' is not defined: it becomes the empty string",
            )
        ]

    def test_a_sealed_secret(self) -> None:
        made = (
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n"
            "metadata: {name: vars, namespace: flux-system}\nspec:\n  encryptedData: {V: Ag==}\n"
        )
        assert self.unseen({"ks.yaml": reading("Secret vars"), "s.yaml": made}) == self.ONE

    @pytest.mark.parametrize("keys", [(), ("V",)])
    def test_the_inventory(self, keys: tuple[str, ...]) -> None:
        listed = ExistingObject(kind="Secret", name="vars", namespace="flux-system", keys=keys)
        inventory = cluster(
            variables={}, kustomizations=(), objects=(listed,), unknown_variables=("V",) if not keys else ()
        )
        assert self.unseen({"ks.yaml": reading("Secret vars")}, inventory) == self.ONE

    def test_its_length_and_a_default_are_not_known_either(self) -> None:
        secret = holding("Secret", "vars", V="ENC[AES256_GCM,data:x,type:str]") + "sops:\n  mac: x\n"
        files = {"ks.yaml": reading("Secret vars", inline="A: a"), "vars.sops.yaml": secret}
        text = config_map("out", v='"${#V} ${V:-x} ${A:-${V}} ${A/a/${V}}"')
        tree, diagnostics = tree_of({**files, "web/cm.yaml": text}, INVENTORY)
        assert diagnostics == []
        (out,) = (item for item in tree.of_kind("ConfigMap") if item.name == "out")
        assert out["data"]["v"].value == "${#V} ${V:-x} a ${A/a/${V}}"


def test_the_inventory_knows_the_value_of_an_object_that_it_lists() -> None:
    listed = ExistingObject(kind="ConfigMap", name="vars", namespace="flux-system", keys=("V",))
    inventory = cluster(variables={"V": "one", "W": "two"}, kustomizations=(), objects=(listed,))
    assert values({"ks.yaml": reading("ConfigMap vars")}, inventory) == ("one", [])


def test_what_the_inventory_injects_wins_over_the_values_of_a_child() -> None:
    entry = FluxObject(name="apps", path="./apps", substitute={"V": "theirs"})
    inventory = cluster(variables={}, kustomizations=(entry,))
    assert values({"apps/ks.yaml": reading(inline="V: ours")}, inventory) == ("theirs", [])


class TestProvenance:
    def test_each_value_knows_its_variable_and_where_that_was_set(self) -> None:
        files = {
            "ks.yaml": reading("ConfigMap vars", inline="OWN: x"),
            "vars.yaml": holding("ConfigMap", "vars", V="one"),
            "web/cm.yaml": config_map("out", v="a-${V}-${OWN}-${OWN}"),
        }
        tree, _ = tree_of(files, INVENTORY)
        (out,) = (item for item in tree.of_kind("ConfigMap") if item.name == "out")
        node = out["data"]["v"].node
        assert node is not None
        assert [(item.kind, item.message, str(item.location)) for item in node.history] == [
            ("substitute", "Flux substitutes ${V} here", "web/cm.yaml:6:8"),
            ("set", "${V} is set here, by the ConfigMap flux-system/vars", "vars.yaml:7:6"),
            ("substitute", "Flux substitutes ${OWN} here", "web/cm.yaml:6:13"),
            ("set", "${OWN} is set here, by this Kustomization", "ks.yaml:16:12"),
        ]
