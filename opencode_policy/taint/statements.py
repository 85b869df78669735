"""What each kind of statement does to the state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

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
    Parameter,
    Pipeline,
    Redirected,
    Sequence,
    Statement,
    Word,
)
from opencode_policy.taint.cells import Definition, Input, Key, Status
from opencode_policy.taint.commands import run_command
from opencode_policy.taint.patterns import matches
from opencode_policy.taint.pieces import Alternatives, pattern_of
from opencode_policy.taint.refinement import assume
from opencode_policy.taint.state import Changes
from opencode_policy.taint.streams import redirect
from opencode_policy.taint.values import LIMIT, NOTHING, Value, of_texts
from opencode_policy.taint.words import Fields, expand, fields_of, part_of, value_of

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

EXACT_ROUNDS = 6
"""Rounds of a loop that are followed one by one, if it is certain that there are so many."""
ROUNDS = 12
"""Rounds of a loop that are followed; by then what a loop builds up has long been widened."""


_AT = Span(0, 0)
_ARGUMENTS = (Word((Parameter("@", _AT, True),), _AT),)
"""What a `for` without `in` goes through."""

Head = Callable[[int | None], Call["Status"]]
"""The head of a loop, given the number of the round, or None for any round: whether there is another."""


def run_all(machine: Machine, statements: Sequence) -> Call[Status]:
    """Run statements one after another, as long as the shell lives."""
    status: Status = True
    for statement in statements:
        if not machine.state.alive:
            break
        status = yield run(machine, statement)
    return status


def run(machine: Machine, statement: Statement) -> Call[Status]:
    """Run one statement."""
    status: Status = yield _RUNNERS[type(statement)](machine, statement)
    return status


def _background(machine: Machine, statement: Background) -> Call[Status]:
    yield machine.process(lambda: run(machine, statement.body))
    return True


def _redirected(machine: Machine, statement: Redirected) -> Call[Status]:
    saved = machine.descriptors
    yield redirect(machine, statement.redirects)
    status: Status = yield run(machine, statement.body)
    if machine.state.alive:
        machine.restore_descriptors(saved)
    return status


def _pipeline(machine: Machine, statement: Pipeline) -> Call[Status]:
    status: Status = None
    piped: Value | None = None
    last = len(statement.stages) - 1
    for index, stage in enumerate(statement.stages):
        if last == 0:
            status = yield run(machine, stage)
        else:
            piped, status = yield _stage(machine, stage, piped, is_last=index == last)
    if statement.negated:
        return None if status is None else not status
    return status


def _stage(
    machine: Machine, stage: Statement, piped: Value | None, *, is_last: bool
) -> Call[tuple[Value, Status]]:
    """One stage, in a process of its own; what it prints is what the next one reads."""

    def body() -> Call[Status]:
        if piped is not None:
            machine.set_descriptor("0", frozenset({Input(piped)}))
        status: Status = yield run(machine, stage)
        return status

    if not is_last:
        value: Value = yield machine.captured(body)
        return value, None
    status: Status = yield machine.process(body)
    return NOTHING, status


def _and_or(machine: Machine, statement: AndOr) -> Call[Status]:
    status: Status = yield run(machine, statement.first)
    for index, (operator, operand) in enumerate(statement.rest):
        if not machine.state.alive:
            break
        wanted = operator == "&&"
        condition = statement.first if index == 0 else None
        if status is None:
            status = yield machine.choose(
                partial(_assuming, machine, condition, wanted, operand),
                partial(_assuming, machine, condition, not wanted, None),
            )
        elif status is wanted:
            status = yield run(machine, operand)
    return status


def _assuming(
    machine: Machine, condition: Statement | None, holds: bool, statement: Statement | None
) -> Call[Status]:
    """A way on which a condition holds, or does not, and a statement is run, or none."""
    if condition is not None:
        assume(machine, condition, holds=holds)
    if statement is None:
        return holds
    status: Status = yield run(machine, statement)
    return status


def _already(status: Status) -> Call[Status]:
    """A way on which nothing happens."""
    return status
    yield


def _group(machine: Machine, statement: Group) -> Call[Status]:
    if statement.subshell:
        status: Status = yield machine.process(lambda: run_all(machine, statement.body))
    else:
        status = yield run_all(machine, statement.body)
    return status


def _if(machine: Machine, statement: If) -> Call[Status]:
    state = machine.state
    start = state.mark()
    ends: list[Changes] = []
    statuses: set[Status] = set()
    for condition, body in (*statement.arms, ((), statement.otherwise)):
        status: Status = yield run_all(machine, condition)
        if not state.alive:
            break
        if status is not False:
            mark = state.mark()
            if condition:
                assume(machine, condition[-1], holds=True)
            statuses.add((yield run_all(machine, body)))
            if state.alive:
                ends.append(state.changes(start))
            state.undo(mark)
            state.alive = True
        if status is True:
            break
        if condition:
            assume(machine, condition[-1], holds=False)
    state.undo(start)
    state.merge(ends)
    return statuses.pop() if len(statuses) == 1 else None


def _loop(machine: Machine, statement: Loop) -> Call[Status]:
    def head(_: int | None) -> Call[Status]:
        status: Status = yield run_all(machine, statement.condition)
        return status if status is None else status is not statement.until

    yield _repeated(machine, head, statement.body)
    return None


def _repeated(machine: Machine, head: Head, body: Sequence) -> Call[None]:
    """Follow a loop: round by round as long as it is certain to go on, then until nothing changes."""
    state = machine.state
    with machine.scope("loop") as scope:
        for number in range(EXACT_ROUNDS):
            mark = state.mark()
            again: Status = yield head(number)
            if again is None or not state.alive:
                state.undo(mark)
                state.alive = True
                break
            state.keep(mark)
            if not again:
                scope.landed.append(state.changes(scope.mark))
                break
            machine.step()
            yield run_all(machine, body)
            rounds = [*scope.continued, *([state.changes(scope.mark)] if state.alive else [])]
            scope.continued.clear()
            state.again(scope.mark)
            state.merge(rounds)
            if not rounds:
                break
        else:
            again = None
        if again is None:
            scope.kind = "rounds"
            yield _until_stable(machine, head, body)
            if state.alive:
                scope.landed.append(state.changes(scope.mark))
        state.undo(scope.mark)
    state.merge(scope.landed)


def _until_stable(machine: Machine, head: Head, body: Sequence) -> Call[None]:
    """Follow a loop until another round changes nothing; what leaves it is what the last round leaves."""
    state = machine.state
    ends: list[Changes] = []
    for done in range(ROUNDS):
        with machine.scope("loop") as scope:
            machine.step()
            again: Status = yield head(None)
            left = [state.changes(scope.mark)] if state.alive and again is not True else []
            if again is not False and state.alive:
                yield run_all(machine, body)
            else:
                state.alive = False
            rounds = [*scope.continued, *([state.changes(scope.mark)] if state.alive else [])]
            state.undo(scope.mark)
        ends = [*left, *scope.landed]
        state.alive = True
        if not state.merge([{}, *rounds], wide=done > 1):
            break
    state.merge(ends)


def _for(machine: Machine, statement: For) -> Call[Status]:
    ways: list[Fields] = [()]
    for word in statement.words if statement.words is not None else _ARGUMENTS:
        fields: list[Fields] = yield fields_of(machine, word)
        ways = [(*left, *right) for left in ways for right in fields][:LIMIT]
    texts = [text for way in ways for field in way for text in part_of(field)]
    if not texts:
        return True
    if statement.menu:
        words = "the menu of select shows {}"
        machine.say(of_texts(texts), statement.span, words, to="2")
    known = ways[0] if len(ways) == 1 and not any(field.elastic for field in ways[0]) else None
    place = machine.frame.place(statement.span)

    def head(number: int | None) -> Call[Status]:
        if number is None or known is None:
            value, status = of_texts(texts), None
        elif number < len(known):
            value, status = Value((known[number].text,)), True
        else:
            return False
        machine.assign(statement.variable, value.with_hop(place, f"becomes {statement.variable}"))
        return status
        yield

    yield _repeated(machine, head, statement.body)
    return None


def _case(machine: Machine, statement: Case) -> Call[Status]:
    subject: Value = yield value_of(machine, statement.word)
    ways: list[Callable[[], Call[Status]]] = []
    through = False
    decided = False
    for item in statement.items:
        matched: bool | None = yield _matches(machine, item, subject)
        if matched is False and not through:
            continue
        ways.append(partial(_items, machine, statement, item))
        through = item.end in (";&", ";;&")
        if matched and not through:
            decided = True
            break
    if not decided:
        ways.append(partial(_already, True))
    if len(ways) == 1:
        status: Status = yield ways[0]()
    else:
        status = yield machine.choose(*ways)
    return status


def _items(machine: Machine, statement: Case, item: CaseItem) -> Call[Status]:
    """The branch of an item, and those it falls through to."""
    status: Status = yield run_all(machine, item.body)
    following = statement.items[statement.items.index(item) + 1 :]
    if item.end == ";&" and following and machine.state.alive:
        status = yield _items(machine, statement, following[0])
    return status


def _matches(machine: Machine, item: CaseItem, subject: Value) -> Call[bool | None]:
    answers: set[bool | None] = set()
    for pattern in item.patterns:
        answer: bool | None = yield _matches_one(machine, pattern, subject)
        if answer:
            return True
        answers.add(answer)
    return None if None in answers else False


def _matches_one(machine: Machine, pattern: Word, subject: Value) -> Call[bool | None]:
    alternatives: Alternatives = yield expand(machine, pattern)
    answers = {
        matches(pattern_of(pieces), skeleton) for pieces in alternatives for skeleton in subject.skeletons
    }
    return answers.pop() if len(answers) == 1 else None


def _function(machine: Machine, statement: Function) -> Call[Status]:
    machine.state.set(Key("function", statement.name), (Definition(statement, machine.frame),))
    return True
    yield


def _command(machine: Machine, statement: Command) -> Call[Status]:
    status: Status = yield run_command(machine, statement)
    return status


_RUNNERS: dict[type[Any], Callable[[Machine, Any], Call[Any]]] = {
    AndOr: _and_or,
    Background: _background,
    Case: _case,
    Command: _command,
    For: _for,
    Function: _function,
    Group: _group,
    If: _if,
    Loop: _loop,
    Pipeline: _pipeline,
    Redirected: _redirected,
}
