"""What a condition tells of a variable: in a branch where it is empty, it holds no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opencode_policy.shell.syntax import Command, Parameter, Pipeline, Statement, Word
from opencode_policy.taint.cells import Key, Variable
from opencode_policy.taint.values import NOTHING

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

_TESTS = {"[": "]", "[[": "]]", "test": None}


def assume(machine: Machine, condition: Statement, *, holds: bool) -> None:
    """Take for granted that a condition holds, or that it does not."""
    if isinstance(condition, Pipeline) and condition.negated and len(condition.stages) == 1:
        condition, holds = condition.stages[0], not holds
    if not isinstance(condition, Command) or condition.name not in _TESTS:
        return
    words = list(condition.words[1:])
    if words and words[-1].value == _TESTS[condition.name]:
        words.pop()
    if len(words) == 1:
        _filled(machine, words[0], holds=holds)
    elif len(words) == 2 and words[0].value in ("-n", "-z"):
        _filled(machine, words[1], holds=holds is (words[0].value == "-n"))


def _filled(machine: Machine, word: Word, *, holds: bool) -> None:
    """A word is empty or not: of one that is a variable and nothing else, so is the variable."""
    if holds or len(word.parts) != 1 or not isinstance(word.parts[0], Parameter):
        return
    part = word.parts[0]
    default = part.operator in ("-", ":-") and not part.operands
    if part.name.isidentifier() and part.index is None and not part.prefix and (default or not part.operator):
        before = machine.variable(part.name)
        machine.state.set(Key("variable", part.name), Variable(NOTHING, before.exported, before.unset))
