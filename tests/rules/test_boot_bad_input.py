"""The rules that run scripts survive manifests and scripts of any shape, and always say something."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.boot.examples import GUARDED, starting
from opencode_policy.rules.auth_seed_misplaced import AuthSeedMisplaced
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.clone_unguarded import CloneUnguarded
from opencode_policy.rules.pull_unswitched import PullUnswitched
from opencode_policy.rules.push_automatic import PushAutomatic
from opencode_policy.rules.repository_mismatch import RepositoryMismatch
from opencode_policy.rules.seed_script_defective import SeedScriptDefective
from opencode_policy.testing import outcomes

RULES = (CloneUnguarded, RepositoryMismatch, AuthSeedMisplaced, PullUnswitched, PushAutomatic)
WEIRD: tuple[Any, ...] = (None, "text", 5, [], {}, [None], [{"name": None}])
POD = ("spec", "template", "spec")
PLACES = (
    POD,
    (*POD, "initContainers"),
    (*POD, "initContainers", 0),
    (*POD, "initContainers", 0, "command"),
    (*POD, "initContainers", 0, "args"),
    (*POD, "initContainers", 0, "args", 0),
    (*POD, "initContainers", 0, "image"),
    (*POD, "initContainers", 0, "env"),
    (*POD, "initContainers", 0, "env", 1, "value"),
    (*POD, "initContainers", 0, "env", 1, "valueFrom"),
    (*POD, "initContainers", 0, "envFrom"),
    (*POD, "initContainers", 0, "volumeMounts"),
    (*POD, "initContainers", 0, "volumeMounts", 0, "mountPath"),
    (*POD, "initContainers", 0, "lifecycle"),
    (*POD, "containers"),
    (*POD, "containers", 0, "env", 0, "value"),
    (*POD, "containers", 0, "workingDir"),
    (*POD, "volumes"),
    (*POD, "volumes", 0, "persistentVolumeClaim"),
    (*POD, "volumes", 1, "secret"),
    (*POD, "volumes", 1, "secret", "items"),
    (*POD, "volumes", 1, "secret", "defaultMode"),
    (*POD, "securityContext"),
)


def changed(place: tuple[str | int, ...], value: object) -> str:
    """The manifest of the examples with another value at one place."""
    documents = list(yaml.safe_load_all(starting(GUARDED)))
    *above, last = place
    holder = documents[0]
    for step in above:
        holder = holder[step]
    holder[last] = value
    return yaml.safe_dump_all(documents)


@pytest.mark.parametrize("place", [pytest.param(item, id=".".join(map(str, item[3:]))) for item in PLACES])
def test_any_value_anywhere(place: tuple[str | int, ...]) -> None:
    for value in WEIRD:
        example = Example("test", changed(place, value))
        for rule in RULES:
            assert outcomes(rule, example), (rule.id, value)


words = st.sampled_from(
    [
        "git clone", '"$REPO_URL"', '"$REPO_DIR"', "if", "then", "fi", "while", "do", "done", "case",
        "esac", "in", "[", "]", "-d", "{", "}", "(", ")", "$(", "`", '"', "'", "|", "&&", "||", ";", "&",
        "!", "x=1", "$x", "${x", "}", ">", "<<E", "\n", "f() {", "f", "return", "exit 1", "rm -rf", "mv",
        "cp", "cat", "$@", "((", "eval", "exec sh", "$0",
    ]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(words, max_size=25).map(" ".join))
def test_any_script(script: str) -> None:
    example = Example("test", starting(script + "\n"))
    for rule in RULES:
        assert outcomes(rule, example)


@settings(max_examples=40)
@given(st.lists(words, max_size=25).map(" ".join))
def test_any_script_that_stores_the_login(script: str) -> None:
    outcomes(SeedScriptDefective, Example("test", {"scripts/seed.sh": f"#!/bin/sh\n{script}\n"}))


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while true; do :; done", id="endless"),
        pytest.param("i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done", id="long"),
        pytest.param("f() { f; }; f", id="calls itself"),
        pytest.param("exec sh $0", id="starts itself"),
        pytest.param("\n".join(f'[ -e "/opt/$A{n}" ] && x{n}=1' for n in range(40)), id="many paths"),
        pytest.param("( " * 3000 + "git push" + " )" * 3000, id="deep"),
        pytest.param("x=" + "a" * 200_000 + "; echo $x$x", id="big"),
        pytest.param("git clone\0 x", id="nul"),
    ],
)
def test_a_script_that_never_ends(script: str) -> None:
    example = Example("test", starting(script + "\n"))
    for rule in RULES:
        assert outcomes(rule, example)


def test_a_workspace_without_anything() -> None:
    for rule in RULES:
        assert outcomes(rule, Example("test", ""))


def test_every_rule_here_has_examples() -> None:
    every: tuple[type[Rule], ...] = (*RULES, SeedScriptDefective)
    assert all(len(rule.good) >= 3 and len(rule.bad) >= 6 for rule in every)
