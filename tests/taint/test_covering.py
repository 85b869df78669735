"""Following is sound: what a shell prints is one of the texts that following it says it may print."""

from __future__ import annotations

import random

import pytest

from opencode_policy.taint.values import ANYTHING
from tests.shell.reference import SHELLS
from tests.taint.abstract import covers, printed, really_printed
from tests.taint.programs_at_random import Generator


def chance_of(seed: int) -> random.Random:
    return random.Random(seed)


def name_of(shell: list[str]) -> str:
    """What the analysis is told about the shell: busybox has ash, the others are run as sh."""
    return "ash" if "busybox" in shell[0] else "sh"


SEEDS = range(120)


@pytest.mark.parametrize("shell", SHELLS)
def test_random_scripts_of_which_all_is_known(shell: list[str]) -> None:
    for seed in SEEDS:
        script = "a= b=x c='y y'\n" + Generator(chance_of(seed)).script()
        value, real = printed(script, shell=name_of(shell)), really_printed(shell, script)
        assert covers(value, real), f"seed {seed}\n{script}\n{value.skeletons}\n{real!r}"


@pytest.mark.parametrize("shell", SHELLS)
def test_random_scripts_with_unknown_variables(shell: list[str]) -> None:
    for seed in SEEDS:
        chance = chance_of(seed)
        script = Generator(chance, unknown=("U", "V")).script()
        variables = {name: chance.choice(["", "x", "u v", " w"]) for name in ("U", "V")}
        value = printed(script, dict.fromkeys(variables, ANYTHING), name_of(shell))
        real = really_printed(shell, script, variables)
        assert covers(value, real), f"seed {seed}\n{variables}\n{script}\n{value.skeletons}\n{real!r}"
