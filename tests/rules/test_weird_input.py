"""Fields of the wrong type, null, or missing: no rule fails on them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from opencode_policy.source import Source
from tests.mutations.harness import check_sources, shipped

WEIRD: tuple[Any, ...] = (
    None,
    [],
    {},
    "x",
    "",
    7,
    1.5,
    True,
    [None],
    [["a"]],
    {"a": {"b": 1}},
    [{"name": None}],
)
MISSING = object()
Path = tuple[str | int, ...]


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from _paths(below, (*path, key))


def _put(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    if new is MISSING and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _put(copy[path[0]], path[1:], new)
    return copy


def _variants() -> Iterator[tuple[str, int, Path, Any]]:
    for name, source in shipped()[1].sources.items():
        if name.endswith(".yaml") and "/opencode-ha/" not in name and name.startswith("kubernetes/"):
            for index, document in enumerate(yaml.safe_load_all(source.text)):
                for path in _paths(document):
                    yield from ((name, index, path, new) for new in WEIRD)
                    if path:
                        yield name, index, path, MISSING


@pytest.mark.parametrize("seed", range(5))
def test_no_rule_fails_on_a_field_of_another_type(seed: int) -> None:
    sources = shipped()[1].sources
    chosen = random.Random(seed).sample(list(_variants()), 12)
    for name, index, path, new in chosen:
        documents = list(yaml.safe_load_all(sources[name].text))
        documents[index] = _put(documents[index], path, new)
        text = yaml.safe_dump_all(documents, explicit_start=True)
        run = check_sources({**sources, name: Source(name, text)})
        assert run.result.failures == (), (name, path, new)


def test_an_empty_mapping_for_a_kustomization_is_a_finding_and_no_failure() -> None:
    name = "kubernetes/apps/opencode/kustomization.yaml"
    run = check_sources({**shipped()[1].sources, name: Source(name, "--- {}\n")})
    assert run.result.failures == ()
    assert "aggregator-incomplete" in {item.rule for item in run.result.findings}
