"""Statements on every path that a script can take."""

from __future__ import annotations

from dataclasses import replace

from opencode_policy.shell.calls import Call
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import (
    AndOr,
    Background,
    Case,
    CaseItem,
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
    Word,
)
from opencode_policy.symbolic.calling import Caller
from opencode_policy.symbolic.events import Where
from opencode_policy.symbolic.expansion import Expander, joined
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.patterns import Pattern, literal_of, matches, pattern_of
from opencode_policy.symbolic.redirection import redirected
from opencode_policy.symbolic.state import BREAK, BUFFER, CONTINUE, EXIT, NEXT, Doubt, State, merged
from opencode_policy.symbolic.symbols import is_symbol, symbols_in

_ROUNDS = 64
_DOUBTFUL_ROUNDS = 2
Decided = list[tuple[bool, State]]


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
        caller = _caller(machine)
        return settled((yield caller.command(state, statement)), statement)
    if isinstance(statement, Function):
        state.functions[statement.name] = (statement, state.code)
        state.end()
        return [state]
    return (yield _COMPOUND[type(statement)](machine, statement, state))


def _caller(machine: Machine) -> Caller:
    return Caller(machine, Expander(machine, execute_all), execute, execute_all)


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


def _condition(machine: Machine, statements: Sequence, state: State) -> Call[Decided]:
    """Run statements whose last status decides."""
    state.checked += 1
    states: list[State] = yield execute_all(machine, statements, [state])
    found: Decided = []
    for after in states:
        after.checked -= 1
        found += decide(after) if after.flow == NEXT else [(False, after)]
    return found


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
        return (yield _negated(machine, statement, state))
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
    if not statement.subshell:
        return (yield execute_all(machine, statement.body, [state]))
    return (yield subshell(machine, statement.body, state))


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
    caller = _caller(machine)

    def body(inside: State) -> Call[list[State]]:
        return execute(machine, statement.body, inside)

    return (yield redirected(caller.expander, state, statement.redirects, body))


def _if(machine: Machine, statement: If, state: State) -> Call[list[State]]:
    done: list[State] = []
    waiting = [state]
    for condition, body in statement.arms:
        refused: list[State] = []
        for current in waiting:
            for holds, path in (yield _condition(machine, condition, current)):
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


def _case(machine: Machine, statement: Case, state: State) -> Call[list[State]]:
    expander = Expander(machine, execute_all)
    done: list[State] = []
    subjects: list[tuple[State, str]] = yield expander.text(state, statement.word)
    for current, text in subjects:
        done += yield _choose(machine, expander, statement, current, text)
    return merged(done)


def _choose(
    machine: Machine, expander: Expander, statement: Case, state: State, text: str
) -> Call[list[State]]:
    done: list[State] = []
    waiting = [state]
    for index, item in enumerate(statement.items):
        refused: list[State] = []
        for current in waiting:
            taken, left = yield _matched(machine, expander, item, current, text)
            refused += left
            for path in taken:
                path.end()
                done += yield _bodies(machine, statement.items[index:], path)
        waiting = refused
    for current in waiting:
        current.end()
    return done + waiting


def _bodies(machine: Machine, items: tuple[CaseItem, ...], state: State) -> Call[list[State]]:
    """The body of the first item, and with `;&` those of the next ones."""
    states = [state]
    for item in items:
        states = yield execute_all(machine, item.body, states)
        if item.end != ";&":
            break
    return states


def _matched(
    machine: Machine, expander: Expander, item: CaseItem, state: State, text: str
) -> Call[tuple[list[State], list[State]]]:
    """The paths on which one of the patterns matches, and those on which none does."""
    taken: list[State] = []
    waiting = [state]
    for word in _whole(item.patterns):
        left: list[State] = []
        for current in waiting:
            for holds, path in (yield _match(machine, expander, word, current, text)):
                (taken if holds else left).append(path)
        waiting = left
    return taken, waiting


def _whole(patterns: tuple[Word, ...]) -> list[Word]:
    """The patterns of a branch; the grammar takes each quotation of `*"a"*` for a pattern of its own."""
    found: list[Word] = []
    for word in patterns:
        if found and found[-1].span.end == word.span.start:
            found[-1] = Word(found[-1].parts + word.parts, Span(found[-1].span.start, word.span.end))
        else:
            found.append(word)
    return found


def _match(machine: Machine, expander: Expander, word: Word, state: State, text: str) -> Call[Decided]:
    found: Decided = []
    for current, pieces in (yield expander.pieces(state, word)):
        pattern, subject = pattern_of(pieces), current.resolve(text)
        holds = matches(machine.symbols, pattern, subject)
        if (subject, joined(pieces)) in current.excluded:
            holds = False
        if holds is not None:
            found.append((holds, current))
            continue
        other = current.fork()
        where = Where(current.code, word.span)
        about = machine.symbols.sources(subject)
        current.assume(where, holds=True, about=about)
        other.assume(where, holds=False, about=about)
        bind(current, subject, pattern)
        other.excluded |= {(subject, joined(pieces))}
        found += [(True, current), (False, other)]
    return found


def bind(state: State, subject: str, pattern: Pattern) -> None:
    """Remember what a symbol was assumed to be."""
    literal = literal_of(pattern)
    if literal is not None and is_symbol(subject) and subject not in symbols_in(literal):
        state.bound[subject] = literal


def _loop(machine: Machine, statement: Loop, state: State) -> Call[list[State]]:
    done: list[State] = []
    running = [state]
    rounds = doubtful = 0
    state.loops += 1
    while running and rounds < _ROUNDS and doubtful < _DOUBTFUL_ROUNDS:
        rounds += 1
        entered: list[State] = []
        left = 0
        for current in running:
            for holds, path in (yield _condition(machine, statement.condition, current)):
                goes_on = path.flow == NEXT and holds != statement.until
                (entered if goes_on else done).append(path)
                left += not goes_on
        doubtful += bool(entered and left)
        running = _continued(done, (yield execute_all(machine, statement.body, merged(entered))))
    done += [_stopped(current, endless=not doubtful) for current in running]
    return _after_loop(done)


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


def _for(machine: Machine, statement: For, state: State) -> Call[list[State]]:
    expander = Expander(machine, execute_all)
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
            running = _continued(done, (yield execute_all(machine, statement.body, running)))
        done += running
    return _after_loop(done)


_COMPOUND = {
    AndOr: _and_or,
    Background: _background,
    Case: _case,
    For: _for,
    Group: _group,
    If: _if,
    Loop: _loop,
    Pipeline: _pipeline,
    Redirected: _redirected,
}
