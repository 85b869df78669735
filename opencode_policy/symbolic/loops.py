"""Loops: `while`, `until` and `for`."""

from __future__ import annotations

from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import Command, For, Loop
from opencode_policy.symbolic.deciding import condition
from opencode_policy.symbolic.expansion import Executor, Expander
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.state import BREAK, CONTINUE, EXIT, NEXT, State, merged

_ROUNDS = 64
_DOUBTFUL_ROUNDS = 2


def loop(machine: Machine, statement: Loop, state: State, run: Executor) -> Call[list[State]]:
    """Run a `while` or `until`: as often as is known, and a few times where it is not."""
    done: list[State] = []
    running = [state]
    rounds = doubtful = 0
    state.loops += 1
    while running and rounds < _ROUNDS and doubtful < _DOUBTFUL_ROUNDS:
        rounds += 1
        entered: list[State] = []
        left = 0
        for current in running:
            for holds, path in (yield condition(machine, statement.condition, current, run)):
                goes_on = path.flow == NEXT and holds != statement.until
                (entered if goes_on else done).append(path)
                left += not goes_on
        doubtful += bool(entered and left)
        running = _continued(done, (yield run(machine, statement.body, merged(entered))))
    endless = not doubtful and _constant(statement)
    machine.overflow = machine.overflow or (bool(running) and not doubtful and not endless)
    done += [_stopped(current, endless=endless) for current in running]
    return _after_loop(done)


def _constant(statement: Loop) -> bool:
    """Whether a loop goes on for ever by design."""
    names = [item.name for item in statement.condition if isinstance(item, Command)]
    return names in (["true"], [":"], ["false"])


def _continued(done: list[State], states: list[State]) -> list[State]:
    """The paths that go round again; the others are done."""
    going = []
    for state in states:
        if state.flow in (NEXT, CONTINUE):
            state.flow = NEXT
            going.append(state)
        else:
            done.append(state)
    return merged(going)


def _stopped(state: State, *, endless: bool) -> State:
    """A loop that has no end keeps the container running; of a doubtful one two rounds are enough."""
    state.end()
    if endless:
        state.flow = EXIT
    return state


def _after_loop(states: list[State]) -> list[State]:
    for state in states:
        state.loops -= 1
        if state.flow in (BREAK, CONTINUE):
            state.flow = NEXT
        if state.flow == NEXT:
            state.end()
    return merged(states)


def for_each(machine: Machine, statement: For, state: State, run: Executor) -> Call[list[State]]:
    """Run a `for`."""
    expander = Expander(machine, run)
    chosen: list[tuple[State, list[str]]] = [(state, list(state.arguments))]
    if statement.words is not None:
        chosen = yield expander.fields(state, statement.words)
    done: list[State] = []
    for current, fields in chosen:
        current.loops += 1
        running = [current]
        for field in fields[:_ROUNDS]:
            for path in running:
                path.variables[statement.variable] = field
            running = _continued(done, (yield run(machine, statement.body, running)))
        done += running
    return _after_loop(done)
