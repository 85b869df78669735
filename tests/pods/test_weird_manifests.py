"""A Deployment with anything anywhere: no rule fails, and none is silent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.engine import Judgements, judge
from opencode_policy.pipeline import build_tree
from opencode_policy.rules.base import Rule
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.source import Source
from tests.mutations.harness import APPS, shipped

DEPLOYMENT = f"{APPS}/opencode-flux/app/deployment.yaml"
JUDGING_PODS = {
    "auth-unpersisted",
    "configuration-unusable",
    "git-missing",
    "home-unwritable",
    "probe-unsuitable",
    "process-one-unstoppable",
    "provider-unlimited",
    "resources-mismatch",
    "server-command-mismatch",
    "session-data-unpersisted",
    "working-directory-mismatch",
}
WEIRD: list[Any] = [
    None,
    "",
    "x",
    "a: b",
    "$(",
    "/",
    "..",
    0,
    -1,
    10**30,
    0.5,
    True,
    [],
    {},
    [None],
    [[]],
    {"a": None},
]
WEIRD += [{"name": []}, {"": ""}, ["$(HOME)", 5], "\u0000", "é\u2028", [{"name": "data", "mountPath": 5}]]


@cache
def rules() -> list[Rule]:
    policy, _ = shipped()
    return [rule(policy.parameters[rule.id]) for rule in BUILT_IN if rule.id in JUDGING_PODS]


def judged(text: str) -> Judgements:
    policy, found = shipped()
    sources = {**found.sources, DEPLOYMENT: Source(DEPLOYMENT, text)}
    tree, _ = build_tree(sources, policy, folders=["kubernetes"])
    return judge(rules(), tree)


def assert_sane(text: str) -> None:
    said = judged(text)
    assert said.failures == []
    spoken = {(item.rule, item.workspace) for item in said.outcomes}
    assert set(said.asked) <= spoken


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for key, child in items:
        yield from paths(child, (*path, key))


@cache
def manifest() -> Any:
    return yaml.safe_load(shipped()[1].sources[DEPLOYMENT].text)


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: replaced(item, rest, new) if key == step else item for key, item in value.items()}
    return [replaced(item, rest, new) if index == step else item for index, item in enumerate(value)]


def test_all_rules_of_pods_are_meant() -> None:
    assert {rule.id for rule in rules()} == JUDGING_PODS


@settings(max_examples=200)
@given(st.data())
def test_weird_values_anywhere(data: st.DataObject) -> None:
    changed = manifest()
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from([path for path in paths(changed) if len(path) > 1]))
        changed = replaced(changed, path, data.draw(st.sampled_from(WEIRD)))
    assert_sane(yaml.safe_dump(changed, allow_unicode=True))


HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: opencode-flux}\n"
RECURSIVE = """\
spec:
  template:
    spec:
      containers:
        - &c {name: opencode, args: [*c]}
"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5\n",
        HEAD,
        f"{HEAD}spec: {{template: {{spec: []}}}}\n",
        f"{HEAD}{RECURSIVE}",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: opencode}]}\n",
    ],
)
def test_half_a_manifest(text: str) -> None:
    assert_sane(text)


@pytest.mark.parametrize(
    "config", ["", "{", "[]", "5", '{"server": 5}', '{"enabled_providers": [{}, 5, null]}']
)
def test_a_weird_configuration(config: str) -> None:
    policy, found = shipped()
    path = f"{APPS}/components/workspace/config/opencode.json"
    tree, _ = build_tree({**found.sources, path: Source(path, config)}, policy, folders=["kubernetes"])
    assert judge(rules(), tree).failures == []
