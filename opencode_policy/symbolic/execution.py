"""Statements on every path that a script can take."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from opencode_policy.lean import replace
from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import (
    AndOr,
    Background,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Redirected,
    Sequence,
    Statement,
)
from opencode_policy.symbolic.calling import Caller
from opencode_policy.symbolic.cases import case
from opencode_policy.symbolic.deciding import condition, decide, settled
from opencode_policy.symbolic.expansion import Expander
from opencode_policy.symbolic.loops import for_each, loop
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.redirection import redirected
from opencode_policy.symbolic.state import BUFFER, EXIT, NEXT, State, merged


def execute_all(machine: Machine, statements: Sequence, states: list[State]) -> Call[list[State]]:
    """Run statements one after the other on all paths."""
    for statement in statements:
        going = [state for state in states if state.flow == NEXT]
        after = [state for state in states if state.flow != NEXT]
        for state in going:
            after += yield execute(machine, statement, state)
        states = machine.within_reason(merged(after))
    return states


def execute(machine: Machine, statement: Statement, state: State) -> Call[list[State]]:
    """Run one statement; the state is used up."""
    if not machine.step():
        state.flow = EXIT
        return [state]
    if isinstance(statement, Command):
        caller = caller_of(machine)
        return settled((yield caller.command(state, statement)), statement)
    if isinstance(statement, Function):
        state.functions[statement.name] = (statement, state.code)
        state.end()
        return [state]
    result: list[State] = yield _COMPOUND[type(statement)](machine, statement, state)
    return result


def caller_of(machine: Machine) -> Caller:
    """What runs the simple commands of a machine; one for all of them."""
    if machine.caller is None:
        machine.caller = Caller(machine, Expander(machine, execute_all), execute, execute_all)
    caller: Caller = machine.caller
    return caller


def _and_or(machine: Machine, statement: AndOr, state: State) -> Call[list[State]]:
    operands = [("&&", statement.first), *statement.rest]
    running = [state]
    for index, (operator, operand) in enumerate(operands):
        last = index == len(operands) - 1
        after: list[State] = []
        for current in running:
            if current.flow != NEXT:
                after.append(current)
                continue
            for holds, path in decide(current) if index else [(True, current)]:
                if holds == (operator == "&&"):
                    path.checked += not last
                    ended: list[State] = yield execute(machine, operand, path)
                    for one in ended:
                        one.checked -= not last
                    after += ended
                else:
                    after.append(path)
        running = merged(after)
    return running


def _pipeline(machine: Machine, statement: Pipeline, state: State) -> Call[list[State]]:
    if statement.negated:
        result: list[State] = yield _negated(machine, statement, state)
        return result
    running: list[tuple[State, str | None]] = [(state, state.stdin)]
    for index, stage in enumerate(statement.stages):
        last = index == len(statement.stages) - 1
        after: list[tuple[State, str | None]] = []
        for outer, given in running:
            inner = outer.fork()
            inner.stdin = given
            if not last:
                inner.sink, inner.buffer = BUFFER, ""
                inner.checked += 1
            for ended in (yield execute(machine, stage, inner)):
                back = outer.took_in(ended)
                back.buffer = ended.buffer if last else outer.buffer
                after.append((back, ended.buffer if not last else None))
        running = after
    return merged(_ended_early(back) for back, _ in running)


def _negated(machine: Machine, statement: Pipeline, state: State) -> Call[list[State]]:
    state.checked += 1
    body = statement.stages[0] if len(statement.stages) == 1 else replace(statement, negated=False)
    states: list[State] = yield execute(machine, body, state)
    for after in states:
        after.checked -= 1
        if after.status is None and after.doubt is not None:
            after.doubt = replace(after.doubt, negated=not after.doubt.negated)
        elif after.status is not None:
            after.end(int(after.status == 0))
    return states


def _group(machine: Machine, statement: Group, state: State) -> Call[list[State]]:
    run = subshell(machine, statement.body, state)
    if not statement.subshell:
        run = execute_all(machine, statement.body, [state])
    result: list[State] = yield run
    return result


def subshell(machine: Machine, statements: Sequence, state: State) -> Call[list[State]]:
    """Run statements in a shell of their own."""
    ended: list[State] = yield execute_all(machine, statements, [state.fork()])
    found = []
    for inner in ended:
        after = state.took_in(inner)
        after.buffer = inner.buffer
        found.append(_ended_early(after))
    return merged(found)


def _ended_early(state: State) -> State:
    """`set -e` after a shell of its own, in which the failure was not the script's end yet."""
    if state.status not in (0, None) and "e" in state.options and not state.checked:
        state.flow = EXIT
    return state


def _background(machine: Machine, statement: Background, state: State) -> Call[list[State]]:
    ended: list[State] = yield execute(machine, statement.body, state.fork())
    found = []
    for inner in ended:
        after = state.took_in(inner)
        after.end()
        found.append(after)
    return merged(found)


def _redirected(machine: Machine, statement: Redirected, state: State) -> Call[list[State]]:
    caller = caller_of(machine)

    def body(inside: State) -> Call[list[State]]:
        return execute(machine, statement.body, inside)

    result: list[State] = yield redirected(caller.expander, state, statement.redirects, body)
    return result


def _if(machine: Machine, statement: If, state: State) -> Call[list[State]]:
    done: list[State] = []
    waiting = [state]
    for test, body in statement.arms:
        refused: list[State] = []
        for current in waiting:
            for holds, path in (yield condition(machine, test, current, execute_all)):
                if path.flow != NEXT:
                    done.append(path)
                elif holds:
                    done += yield execute_all(machine, body, [path])
                else:
                    refused.append(path)
        waiting = refused
    for current in waiting:
        current.end()
    return merged([*done, *(yield execute_all(machine, statement.otherwise, waiting))])


_COMPOUND: dict[type[Any], Callable[[Machine, Any, State], Call[list[State]]]] = {
    AndOr: _and_or,
    Background: _background,
    Case: partial(case, run=execute_all),
    For: partial(for_each, run=execute_all),
    Group: _group,
    If: _if,
    Loop: partial(loop, run=execute_all),
    Pipeline: _pipeline,
    Redirected: _redirected,
}
