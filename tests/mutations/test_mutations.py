"""Every way of breaking the shipped manifests that the tables beside this file list."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.mutations
from tests.mutations.harness import Mutation, assert_reported, check_sources, shipped

TABLES = [
    importlib.import_module(f"tests.mutations.{info.name}")
    for info in pkgutil.iter_modules(tests.mutations.__path__)
    if info.name.startswith("table_")
]
MUTATIONS: list[Mutation] = [item for table in TABLES for item in table.MUTATIONS]


def test_the_shipped_tree_has_no_finding() -> None:
    run = check_sources(dict(shipped()[1].sources))
    assert [f"{item.location} {item.rule}: {item.message}" for item in run.result.findings] == []
    assert run.result.failures == ()


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda item: f"{item.requirement}: {item.what}")
def test_a_broken_tree_is_reported(mutation: Mutation) -> None:
    assert_reported(mutation)
