"""Where a path of a script divides: conditions, and what `set -e` makes of a failure."""

from __future__ import annotations

from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import Command, Sequence
from opencode_policy.symbolic.events import Where
from opencode_policy.symbolic.expansion import Executor
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.state import EXIT, NEXT, Doubt, State

Decided = list[tuple[bool, State]]


def settled(states: list[State], statement: Command) -> list[State]:
    """`set -e`: a command that fails ends the script; of one that may fail, success is taken for granted."""
    for state in states:
        if "e" not in state.options or state.checked or state.flow != NEXT:
            continue
        if state.status is None:
            doubt = state.doubt or Doubt(Where(state.code, statement.span))
            state.assume(doubt.where, holds=True, about=doubt.about, expected=True)
            if doubt.hint:
                doubt.hint(state, not doubt.negated)
            state.end()
        elif state.status != 0:
            state.flow, state.stopped = EXIT, state.stopped or Where(state.code, statement.span)
    return states


def decide(state: State) -> Decided:
    """Whether the last command succeeded: on two paths where that is not known."""
    if state.status is not None or state.doubt is None:
        return [(state.status == 0, state)]
    doubt, failed = state.doubt, state.fork()
    for path, holds in ((state, True), (failed, False)):
        path.assume(doubt.where, holds=holds != doubt.negated, about=doubt.about)
        if doubt.hint:
            doubt.hint(path, holds != doubt.negated)
        path.end(int(not holds))
    return [(True, state), (False, failed)]


def condition(machine: Machine, statements: Sequence, state: State, run: Executor) -> Call[Decided]:
    """Run statements whose last status decides."""
    state.checked += 1
    states: list[State] = yield run(machine, statements, [state])
    found: Decided = []
    for after in states:
        after.checked -= 1
        found += decide(after) if after.flow == NEXT else [(False, after)]
    return found
