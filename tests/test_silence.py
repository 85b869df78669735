"""Silence is no success: what is not there leaves its requirements open, and they say why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest

from opencode_policy.discover import Discovery
from opencode_policy.finding import Verdict
from opencode_policy.location import Location
from opencode_policy.outcome import Outcome, Proof
from opencode_policy.policy.model import Policy, Requirement
from opencode_policy.rules.base import Rule
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Choice, evaluate
from opencode_policy.source import Source
from opencode_policy.tree import Tree
from tests.mutations.harness import APPS, ROOT, shipped


def verdicts(
    sources: Mapping[str, Source],
    policy: Policy | None = None,
    choice: Choice | None = None,
    folders: Sequence[str] = ("kubernetes",),
) -> dict[str, Verdict]:
    """Verdicts on these files, by requirement."""
    found = Discovery(ROOT, dict(sources))
    run = evaluate(found, folders, policy or shipped()[0], load_rules(), choice)
    assert run.result.failures == ()
    return {item.id: item for item in run.result.verdicts}


@cache
def intact() -> dict[str, Verdict]:
    return verdicts(shipped()[1].sources)


def satisfied(found: Mapping[str, Verdict]) -> set[str]:
    return {name for name, item in found.items() if item.status == "satisfied"}


def test_the_intact_tree_satisfies_something() -> None:
    assert len(satisfied(intact())) >= 3


def test_nothing_is_satisfied_by_an_empty_tree() -> None:
    found = verdicts({})
    assert satisfied(found) == set()
    for item in found.values():
        assert item.status in ("violated", "not-checked", "not-applicable")
        assert item.reason or item.status == "violated"


def test_without_manifests_nothing_is_satisfied_but_what_speaks_of_other_files() -> None:
    left = {path: item for path, item in shipped()[1].sources.items() if not path.startswith("kubernetes/")}
    found = verdicts(left)
    for name in satisfied(found):
        assert {proof.location.path for proof in found[name].evidence} <= set(left)
    assert_open(found, [item for item in requirements() if speaks_of_every_file(item)])


class EveryFile(Rule):
    """Speaks of every file there is."""

    requirements = ("R-01",)
    why = fix = "It is for this test."
    whole_tree = True

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        yield Proof("every file is fine", Location("a.yaml", 1, 1, 1, 1))


@pytest.mark.parametrize(
    ("folders", "paths", "reason"),
    [
        (["kubernetes"], ["kubernetes/a.yaml"], ""),
        (["."], ["kubernetes/a.yaml"], ""),
        (
            ["kubernetes/apps"],
            ["kubernetes/apps/a.yaml"],
            "only kubernetes/apps was read and not all of kubernetes",
        ),
        (
            ["kubernetes/a", "kubernetes/b"],
            [],
            "only kubernetes/a, kubernetes/b was read and not all of kubernetes",
        ),
        (["docs"], ["docs/a.yaml"], "only docs was read and not all of kubernetes"),
        (["kubernetes"], ["scripts/a.yaml"], "there is no file below kubernetes"),
    ],
)
def test_a_part_of_the_manifests_is_not_all_of_them(
    folders: list[str], paths: list[str], reason: str
) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    only = Requirement(id="R-01", title="x", milestone="m", verified_by=("static",), rules=("every-file",))
    policy = replace(shipped()[0], requirements=(only,))
    found = Discovery(ROOT, {path: Source(path, text) for path in paths})
    [verdict] = evaluate(found, folders, policy, {"every-file": EveryFile}).result.verdicts
    assert (verdict.status, verdict.reason) == ("not-checked" if reason else "satisfied", reason)


def requirements() -> tuple[Requirement, ...]:
    return shipped()[0].requirements


def speaks_of_every_file(requirement: Requirement) -> bool:
    return any(load_rules()[rule].whole_tree for rule in requirement.rules)


def assert_open(found: Mapping[str, Verdict], wanted: Iterable[Requirement]) -> None:
    for requirement in wanted:
        assert found[requirement.id].status != "satisfied", requirement.id
        assert found[requirement.id].status == "violated" or found[requirement.id].reason


@pytest.mark.parametrize("name", ["opencode-flux", "opencode-ha"])
def test_a_workspace_that_is_called_otherwise_in_the_policy(name: str) -> None:
    policy = renamed(shipped()[0], name, f"{name}x")
    found = verdicts(shipped()[1].sources, policy)
    assert_open(found, [item for item in policy.requirements if item.workspace == f"{name}x"])
    assert found["SEC-04"].status == "not-checked"
    assert f"{name}x" in found["SEC-04"].reason


def renamed(policy: Policy, old: str, new: str) -> Policy:
    """The policy with another name for a workspace, wherever it stands."""
    workspaces = tuple(
        replace(item, name=new, path=item.path.replace(old, new)) if item.name == old else item
        for item in policy.settings.workspaces
    )
    requirements = tuple(
        replace(item, workspace=new) if item.workspace == old else item for item in policy.requirements
    )
    settings = replace(policy.settings, workspaces=workspaces)
    return replace(policy, settings=settings, requirements=requirements)


@pytest.mark.parametrize("name", ["opencode-flux", "opencode-ha"])
def test_a_workspace_whose_folder_is_gone(name: str) -> None:
    left = {path: item for path, item in shipped()[1].sources.items() if f"/{name}/" not in path}
    found = verdicts(left)
    assert_open(found, [item for item in requirements() if item.workspace == name])
    assert found["SEC-04"].status == "not-checked"
    assert name in found["SEC-04"].reason


def test_a_rule_that_is_off_leaves_its_requirements_open() -> None:
    policy, _ = shipped()
    for name in satisfied(intact()):
        [requirement] = [item for item in policy.requirements if item.id == name]
        rule = requirement.rules[0]
        classes = load_rules()
        choice = Choice(frozenset(classes) - {rule}, frozenset({rule}), frozenset({name}))
        [item] = verdicts(shipped()[1].sources, choice=choice).values()
        assert (item.status, item.reason) == ("not-checked", f"the policy switches the rule {rule} off")


def test_a_rule_that_was_not_asked_for_leaves_its_requirements_open() -> None:
    policy, _ = shipped()
    name = min(satisfied(intact()))
    [requirement] = [item for item in policy.requirements if item.id == name]
    choice = Choice(frozenset(), frozenset(), frozenset({name}))
    [item] = verdicts(shipped()[1].sources, choice=choice).values()
    assert (item.status, item.reason) == ("not-checked", f"the rule {requirement.rules[0]} was not run")


def test_a_file_that_cannot_be_read_voids_what_was_said_of_every_file() -> None:
    broken = f"{APPS}/extra.yaml"
    found = verdicts({**shipped()[1].sources, broken: Source(broken, "a: [\n")})
    assert_open(found, filter(speaks_of_every_file, requirements()))
