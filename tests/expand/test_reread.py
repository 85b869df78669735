"""What a value becomes that Flux puts into YAML: measured with fluxcd/pkg/kustomize v1.23.0 (Flux 2.7)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.expand.emitted import emitted
from opencode_policy.policy.model import ClusterFile
from opencode_policy.scalars import Value
from tests.trees import tree_of

NO_INVENTORY = ClusterFile(version=1, flux_version="2.7.5")


def applied(template: str, value: str) -> Value | str:
    """What a key of a ConfigMap holds once `${V}` is substituted; the words of the finding if Flux fails."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": template}}
    flux = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "web", "namespace": "flux-system"},
        "spec": {"path": "web", "postBuild": {"substitute": {"V": value}}},
    }
    files = {
        "ks.json": json.dumps(flux, ensure_ascii=False),
        "web/a.yaml": json.dumps(config, ensure_ascii=False),
    }
    tree, diagnostics = tree_of(files, NO_INVENTORY)
    if diagnostics:
        assert {item.code for item in diagnostics} == {"substitution-failed"}
        assert {str(item.location) for item in diagnostics} == {"web/a.yaml:1:84"}
        return f"FAILS {diagnostics[0].message}"
    return tree.of_kind("ConfigMap")[0]["data"]["k"].python


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("plain", "plain"),
        ("it's", "it's"),
        ("a:b", "a:b"),
        ('a" b', 'a" b'),
        ("a\\b", "a\\b"),
        ("2020-01-01", "2020-01-01"),
        ("12:30:45", "12:30:45"),
        ("1.2.3", "1.2.3"),
        ("= x", "= x"),
        # words and numbers of YAML 1.1
        ("yes", True),
        ("y", True),
        ("On", True),
        ("true", True),
        ("no", False),
        ("off", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("5", 5),
        ("+1", 1),
        ("0x1F", 31),
        ("0b11", 3),
        ("0o14", 12),
        ("0777", 511),
        ("05", 5),
        ("1_000", 1000),
        (".5", 0.5),
        ("1e3", 1000.0),
        # structure
        ("[a, b]", ["a", "b"]),
        ("{a: b}", {"a": "b"}),
        ("a #b", "a"),
        ("#x", None),
        (" x ", "x"),
        ('"5"', "5"),
        ("two\nlines", "twolines"),
    ],
)
def test_a_plain_value(value: str, result: Value) -> None:
    found = applied("${V}", value)
    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    "value",
    ["a: b", "x:", "- a", "[a", "{", "}", "*x", "@x", "%x", "`x", "? x", '"', "'", ".inf", "-.inf", ".nan"],
)
def test_a_value_that_breaks_the_yaml(value: str) -> None:
    found = applied("${V}", value)
    assert isinstance(found, str)
    assert found.startswith("FAILS the values that Flux puts in here break the YAML: ")


@pytest.mark.parametrize(
    ("template", "value", "result"),
    [
        ("x ${V}", "it's", "x it's"),
        ("*.${V}", "5", "*.5"),
        ("*.${V}", "a: b", "*.a: b"),
        ('"${V}"', 'a"b', '"a"b"'),
        ("tab\t${V}", "it's", "tab\tit's"),
        ("one\n${V}\n", "a: b", "one\na: b\n"),
        ("one\n${V}\n", "", "one\n"),
        ("one\n${V}", "", "one"),
        ("one\n\n${V}\n\n", "x", "one\n\nx\n\n"),
    ],
)
def test_a_value_inside_a_text(template: str, value: str, result: str) -> None:
    assert applied(template, value) == result


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("*.${V}", "it's"),
        ('"${V}"', "it's"),
        ("tab\t${V}", 'a"b'),
        ("x ${V}", "a: b"),
        ("${V}\nb\n", " a"),
    ],
)
def test_a_value_that_ends_the_quotes_or_the_block(template: str, value: str) -> None:
    assert str(applied(template, value)).startswith("FAILS ")


@pytest.mark.parametrize(
    ("value", "style"),
    [
        ("a", None),
        ("${V}", None),
        ("-x", None),
        ("a:b", None),
        ("a#b", None),
        ("é", None),
        ("- x", "'"),
        ("a: b", "'"),
        ("a:", "'"),
        ("a #b", "'"),
        (" a", "'"),
        ("a ", "'"),
        ("*a", "'"),
        ("", "'"),
        ("a\nb", "|"),
        ("a\tb", '"'),
        ("a \nb", '"'),
        ("a\tb\nc", '"'),
    ],
)
def test_the_style_in_which_a_string_is_written(value: str, style: str | None) -> None:
    assert emitted(value).style == style


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_value_has_a_result_or_a_finding(template: str, value: str) -> None:
    """Surrogates and what YAML forbids never come this far."""
    if all(char.isprintable() or char in "\n\t" for char in template + value):
        applied_to = template.replace("$", "") + "${V}"
        assert applied(applied_to, value) is not NotImplemented
