"""Hostile substitution: a finding with its place, in bounded time and memory."""

from __future__ import annotations

import time

import pytest

from opencode_policy.expand.envsubst import MAX_LENGTH, SubstitutionError, substitute
from tests.trees import cluster, config_map, flux, kustomization, tree_of

INVENTORY = cluster(variables={}, kustomizations=())
LIMIT = 20
"""Seconds; each takes about one, and without its guard for ever."""


def said(files: dict[str, str]) -> list[tuple[str, str, str]]:
    started = time.perf_counter()
    _, diagnostics = tree_of(files, INVENTORY)
    assert time.perf_counter() - started < LIMIT
    return [(item.code, str(item.location), item.message) for item in diagnostics]


def test_a_value_is_not_substituted_again() -> None:
    post = "{substitute: {A: '${A}${A}'}}"
    files = {
        "ks.yaml": flux("web", "./web", postBuild=post),
        "web/cm.yaml": config_map("a", v="${A}"),
    }
    tree, diagnostics = tree_of(files, INVENTORY)
    assert diagnostics == []
    assert tree.of_kind("ConfigMap")[0]["data"]["v"].value == "${A}${A}"


def test_one_text_grows_to_a_limit() -> None:
    value = "x" * 1_000_000
    with pytest.raises(SubstitutionError, match="the values grow beyond 16 MiB") as caught:
        substitute("${A}" * 100, {"A": value})
    assert caught.value.start == len("${A}") * (MAX_LENGTH // len(value))


def test_a_replacement_does_not_multiply() -> None:
    with pytest.raises(SubstitutionError) as caught:
        substitute("${A//x/${A}}", {"A": "x" * 100_000})
    assert (caught.value.start, caught.value.end) == (0, 12)


def test_values_that_double_from_one_kustomization_to_the_next() -> None:
    files = {}
    for at in range(40):
        post = '{substitute: {A: "${A}${A}"}}' if at else '{substitute: {A: "0123456789"}}'
        files[f"k{at}/ks.yaml"] = flux(f"n{at + 1}", f"./k{at + 1}", postBuild=post)
    found = said({**files, "k40/cm.yaml": config_map("end", v="${A}")})
    assert {item[0] for item in found} == {"substitution-failed"}
    assert found[0][2] == "Flux cannot substitute this: the values grow beyond 16 MiB"


def test_many_objects_that_each_take_a_long_value() -> None:
    objects = "".join(f"---\n{config_map(f'a{at}', v='x${A}')}" for at in range(2000))
    files = {
        "ks.yaml": flux("web", "./web", postBuild=f"{{substitute: {{A: {'x' * 1_000_000}}}}}"),
        "web/kustomization.yaml": kustomization("all.yaml"),
        "web/all.yaml": objects,
    }
    found = said(files)
    assert {item[2] for item in found} == {
        "Flux cannot substitute this: the values of the tree together grow beyond what is followed"
    }


def test_a_script_full_of_expressions() -> None:
    script = "|\n    " + "echo ${A} ${B:-x} $${C}\n    " * 40_000
    files = {
        "ks.yaml": flux("web", "./web", postBuild="{substitute: {A: a}}"),
        "web/cm.yaml": config_map("a", script=script.rstrip(" ")),
    }
    assert said(files) == []


def test_a_script_full_of_expressions_that_nothing_closes() -> None:
    script = "|\n    " + "echo ${A\n    " * 80_000
    files = {
        "ks.yaml": flux("web", "./web", postBuild="{substitute: {A: a}}"),
        "web/cm.yaml": config_map("a", script=script.rstrip(" ")),
    }
    assert said(files) == [
        ("substitution-failed", "web/cm.yaml:7:10", "Flux cannot substitute this: missing closing brace")
    ]
