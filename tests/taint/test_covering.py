"""Following is sound: what a shell prints is one of the texts that following it says it may print."""

from __future__ import annotations

import random

import pytest

from opencode_policy.taint.values import ANYTHING
from tests.shell.reference import SHELLS
from tests.taint.abstract import covers, printed, really_printed
from tests.taint.programs_at_random import Generator

SEEDS = range(150)


@pytest.mark.parametrize("shell", SHELLS)
def test_random_scripts_of_which_all_is_known(shell: list[str]) -> None:
    for seed in SEEDS:
        script = "a= b=x c='y y'\n" + Generator(random.Random(seed)).script()
        value, real = printed(script), really_printed(shell, script)
        assert covers(value, real), f"seed {seed}\n{script}\n{value.skeletons}\n{real!r}"


@pytest.mark.parametrize("shell", SHELLS)
def test_random_scripts_with_unknown_variables(shell: list[str]) -> None:
    for seed in SEEDS:
        chance = random.Random(seed)
        script = Generator(chance, unknown=("U", "V")).script()
        variables = {name: chance.choice(["", "x", "u v", " w"]) for name in ("U", "V")}
        value = printed(script, dict.fromkeys(variables, ANYTHING))
        real = really_printed(shell, script, variables)
        assert covers(value, real), f"seed {seed}\n{variables}\n{script}\n{value.skeletons}\n{real!r}"
