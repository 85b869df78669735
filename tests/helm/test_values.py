"""Values of a release: what comes from where, which one wins, and where it then stands.

The order is that of helm-controller's documentation, section "Values references".
"""

from __future__ import annotations

import base64
from textwrap import indent

import pytest

from opencode_policy.tree import Tree
from tests.helm.releases import RELEASE, gaps, release, release_tree

BASE = "controllers:\n  main:\n    containers:\n      app:\n        image: {repository: x}\n"


def config_map(name: str, values: str, key: str = "values.yaml") -> str:
    """A ConfigMap with values in a block."""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  {key}: |\n{indent(values, '    ')}"


def tree_of(references: str, files: dict[str, str], values: str = BASE) -> Tree:
    """A tree of one release with references to values."""
    tree, _ = release_tree(
        "", files=files, text=f"{release(values)}  valuesFrom:\n{indent(references, '    ')}"
    )
    return tree


def environment(tree: Tree) -> dict[str, tuple[str, str]]:
    """Value and place of each variable of the container."""
    [made] = [item for item in tree.resources if item.kind == "Deployment"]
    env = made["spec"]["template"]["spec"]["containers"][0]["env"]
    places = {item["name"].text: (item["value"].text, item["value"].location) for item in env}
    return {
        name: (text, f"{place.path}:{place.line}:{place.column}") for name, (text, place) in places.items()
    }


def values(env: str) -> str:
    """Values that set variables of the container."""
    return f"controllers: {{main: {{containers: {{app: {{env: {env}}}}}}}}}\n"


def test_no_reference_changes_nothing() -> None:
    tree, _ = release_tree(BASE)
    assert gaps(tree) == []
    assert environment(tree) == {}


def test_later_references_win_and_inline_values_over_all() -> None:
    files = {
        "a.yaml": config_map("a", values("{A: a, B: a, C: a}")),
        "b.yaml": config_map("b", values("{B: b, C: b}")),
    }
    own = f"{BASE}        env: {{C: own}}\n"
    tree = tree_of("- {kind: ConfigMap, name: a}\n- {kind: ConfigMap, name: b}\n", files, own)
    assert gaps(tree) == []
    assert {name: text for name, (text, _) in environment(tree).items()} == {"A": "a", "B": "b", "C": "own"}


def test_everything_stands_where_it_is_written() -> None:
    files = {
        "a.yaml": config_map(
            "a",
            "controllers:\n  main:\n    containers:\n      app:\n        env:\n          A: one\n          B: 'two'\n",
        )
    }
    own = f"{BASE}        env: {{C: own}}\n"
    tree = tree_of("- {kind: ConfigMap, name: a}\n", files, own)
    assert environment(tree) == {
        "A": ("one", "apps/demo/a.yaml:11:18"),
        "B": ("two", "apps/demo/a.yaml:12:18"),
        "C": ("own", f"{RELEASE}:14:22"),
    }


def test_a_generated_config_map_of_a_file() -> None:
    text = "# comment\ncontrollers:\n  main:\n    containers:\n      app:\n        env: {A: one}\n"
    files = {
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [release.yaml, source.yaml]\ngeneratorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator: [{name: a, files: [values.yaml=some.yaml]}]\n",
        "some.yaml": text,
    }
    tree = tree_of("- {kind: ConfigMap, name: a}\n", files)
    assert environment(tree) == {"A": ("one", "apps/demo/some.yaml:6:18")}


def test_another_key() -> None:
    files = {"a.yaml": config_map("a", values("{A: a}"), "other.yaml")}
    tree = tree_of("- {kind: ConfigMap, name: a, valuesKey: other.yaml}\n", files)
    assert {name: text for name, (text, _) in environment(tree).items()} == {"A": "a"}


def test_a_list_is_replaced_and_not_merged() -> None:
    files = {"a.yaml": config_map("a", "controllers: {main: {containers: {app: {args: [a, b]}}}}\n")}
    tree = tree_of("- {kind: ConfigMap, name: a}\n", files, f"{BASE}        args: [c]\n")
    [made] = [item for item in tree.resources if item.kind == "Deployment"]
    assert made["spec"]["template"]["spec"]["containers"][0]["args"].python == ["c"]


def test_a_secret_in_the_tree() -> None:
    encoded = base64.b64encode(values("{A: a}").encode()).decode()
    files = {
        "a.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  values.yaml: {encoded}\n",
        "b.yaml": config_map("b", values("{B: b}"))
        .replace("ConfigMap", "Secret")
        .replace("\ndata:", "\nstringData:"),
    }
    tree = tree_of("- {kind: Secret, name: a}\n- {kind: Secret, name: b}\n", files)
    assert gaps(tree) == []
    assert {name: text for name, (text, _) in environment(tree).items()} == {"A": "a", "B": "b"}
    assert environment(tree)["A"][1] == "apps/demo/a.yaml:5:16"


@pytest.mark.parametrize(
    ("data", "literal", "expected"),
    [
        ("plain", "", "plain"),
        ("'quoted'", "", "quoted"),
        ("5", "", "5"),
        ("'5'", "", "5"),
        ("a,b", "literal: true, ", "a,b"),
        (r"a\,b", "", "a,b"),
    ],
)
def test_a_path_beats_inline_values(data: str, literal: str, expected: str) -> None:
    text = f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  one: "{data}"\n'.replace(
        "\\,", "\\\\,"
    )
    path = "controllers.main.containers.app.env.MY\\.NAME"
    reference = f"- {{kind: ConfigMap, name: a, valuesKey: one, {literal}targetPath: '{path}'}}\n"
    tree = tree_of(reference, {"a.yaml": text}, f"{BASE}        env: {{MY.NAME: own}}\n")
    assert gaps(tree) == []
    assert environment(tree) == {"MY.NAME": (expected, "apps/demo/a.yaml:5:8")}


@pytest.mark.parametrize(
    ("reference", "reason", "line"),
    [
        ("{kind: Secret, name: no}", "values come from the Secret no, which this tree does not have", 15),
        (
            "{kind: Secret, name: no, optional: true}",
            "values come from the Secret no, which this tree does not have",
            15,
        ),
        ("{kind: ConfigMap, name: a, valuesKey: no}", "the ConfigMap a has no key 'no'", 15),
        ("{kind: ConfigMap, name: bad}", "the ConfigMap bad holds no values that can be read", 15),
        ("{kind: ConfigMap, name: list}", "the ConfigMap list holds no values that can be read", 15),
        ("{kind: Secret, name: sops}", "values come from the Secret sops, which is encrypted", 15),
        ("{kind: Pod, name: a}", "values come from something that is no ConfigMap and no Secret", 15),
        ("{kind: ConfigMap, name: a, targetPath: 'a[0]'}", "what is set at 'a[0]' cannot be followed", 15),
        ("{kind: ConfigMap, name: a, targetPath: a.}", "what is set at 'a.' cannot be followed", 15),
    ],
)
def test_what_is_not_here_is_said(reference: str, reason: str, line: int) -> None:
    files = {
        "a.yaml": config_map("a", values("{A: a}")),
        "bad.yaml": config_map("bad", "a: [\n"),
        "list.yaml": config_map("list", "- a\n"),
        "sops.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: sops}\ndata: {values.yaml: 'ENC[x]'}\nsops: {mac: x}\n",
    }
    tree = tree_of(f"- {reference}\n", files)
    assert gaps(tree) == [(f"{reason}: the values of demo are not complete", f"{RELEASE}:{line}")]
    assert [item.kind for item in tree.resources if item.release] == ["Deployment"]


def test_an_optional_key_that_is_not_there_is_nothing() -> None:
    files = {"a.yaml": config_map("a", values("{A: a}"))}
    assert gaps(tree_of("- {kind: ConfigMap, name: a, valuesKey: no, optional: true}\n", files)) == []


def test_names_are_not_mistaken_while_values_are_missing() -> None:
    own = f"{BASE}        envFrom: [{{secretRef: {{identifier: elsewhere}}}}]\n"
    text = f"{release(own)}  valuesFrom: [{{kind: Secret, name: no}}]\n"
    _, diagnostics = release_tree("", text=text)
    assert [item.code for item in diagnostics] == []
