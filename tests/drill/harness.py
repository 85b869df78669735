"""Break the shipped manifests, run one drill over them, and look at which requirements it calls violated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache

import pytest

from opencode_policy.discover import Discovery
from opencode_policy.drill.machine import NEEDED, look_around, sandbox_refused
from opencode_policy.drill.run import Drilling
from opencode_policy.drill.table import drills
from opencode_policy.policy.drill import Drill as DrillSettings
from opencode_policy.policy.model import Policy
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Choice, Run, evaluate
from opencode_policy.source import Source
from tests.mutations.harness import shipped

APP = "kubernetes/apps/opencode/opencode-flux/app"
DEPLOYMENT = f"{APP}/deployment.yaml"
SCRIPT = "kubernetes/apps/opencode/components/workspace/init-workspace.sh"
WORKSPACE = "opencode-flux"


@dataclasses.dataclass(frozen=True)
class Break:
    """One way to break the shipped tree: edits (path, old, new), the drill that must see it, and what it
    then calls violated; `at` is the file of a finding, `says` a part of its message."""

    what: str
    drill: str
    red: tuple[str, ...]
    edits: tuple[tuple[str, str, str], ...]
    says: str
    at: str = ""


def settings() -> DrillSettings:
    """The shipped drill section, less patient."""
    given = shipped()[0].settings.drill
    assert given is not None
    return dataclasses.replace(given, interruptions=12, ready_seconds=40)


@cache
def obstacle(drill: str) -> str:
    """Why a drill cannot run on this machine, empty if it can."""
    machine, needs = look_around(settings(), {}), drills()[drill].needs
    programs = [*NEEDED, *(name for name in needs if name != "server")]
    programs += ["opencode", "rg"] if "server" in needs else []
    return machine.lacks(programs) or sandbox_refused()


def require(drill: str) -> None:
    """Skip a test whose drill cannot run here, and say why."""
    if obstacle(drill):
        pytest.skip(obstacle(drill))


def drilled(drill: str, sources: Mapping[str, Source] | None = None, policy: Policy | None = None) -> Run:
    """Run one drill on one workspace of a tree."""
    shipped_policy, found = shipped()
    policy = policy or shipped_policy
    tree = Discovery(
        found.root, dict(sources or found.sources), found.links, [], found.binaries, list(found.missing)
    )
    drilling = Drilling(only=[drill], workspaces=[WORKSPACE], settings=settings())
    rules = load_rules()
    choice = Choice.of(policy, rules, rules=())
    return evaluate(tree, ["kubernetes"], policy, rules, choice, supplement=drilling)


def broken(item: Break) -> dict[str, Source]:
    """The shipped sources with the edits of a break."""
    sources = dict(shipped()[1].sources)
    for path, old, new in item.edits:
        if not old:
            del sources[path]
            continue
        text = sources[path].text
        assert old in text, f"{path} does not hold {old!r}"
        sources[path] = Source(path, text.replace(old, new), executable=sources[path].executable)
    return sources
