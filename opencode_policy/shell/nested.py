"""All statements of a script, however deep they are nested, with where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass, replace
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import (
    AndOr,
    Arithmetic,
    Background,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Loop,
    Parameter,
    Part,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Statement,
    Substitution,
    Word,
)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a statement stands: `span` is the outer construct for a text that is run within another."""

    arguments: tuple[str, ...] | None = None
    calls: tuple[Span, ...] = ()
    conditions: tuple[Span, ...] = ()
    span: Span | None = None
    depth: int = 0


def walk(statements: Sequence, context: Context) -> Iterator[tuple[Statement, Context]]:
    """All statements in these, in order, with those in the substitutions of their words."""
    pending: list[tuple[Statement, Context]] = [(item, context) for item in reversed(statements)]
    while pending:
        statement, inner = pending.pop()
        yield statement, inner
        pending += reversed([*_words_inside(statement, inner), *_inside(statement, inner)])


def _inside(statement: Statement, context: Context) -> list[tuple[Statement, Context]]:
    """The statements that a compound one holds; a condition stands for all that depends on it."""
    if isinstance(statement, Group):
        return [(item, context) for item in statement.body]
    if isinstance(statement, Background | Redirected | Function):
        return [(statement.body, context)]
    if isinstance(statement, Pipeline):
        return [(stage, context) for stage in statement.stages]
    if isinstance(statement, AndOr):
        return _operands(statement, context)
    if isinstance(statement, If):
        return _arms(statement, context)
    if isinstance(statement, Loop):
        body = _under(context, statement.condition)
        return [(item, context) for item in statement.condition] + [(item, body) for item in statement.body]
    if isinstance(statement, For):
        return [(item, context) for item in statement.body]
    if isinstance(statement, Case):
        return [
            (body, replace(context, conditions=(*context.conditions, item.span)))
            for item in statement.items
            for body in item.body
        ]
    return []


def _operands(statement: AndOr, context: Context) -> list[tuple[Statement, Context]]:
    found = [(statement.first, context)]
    for _, operand in statement.rest:
        context = _under(context, (found[-1][0],))
        found.append((operand, context))
    return found


def _arms(statement: If, context: Context) -> list[tuple[Statement, Context]]:
    found: list[tuple[Statement, Context]] = []
    for condition, body in statement.arms:
        found += [(item, context) for item in condition]
        context = _under(context, condition)
        found += [(item, context) for item in body]
    return found + [(item, context) for item in statement.otherwise]


def _under(context: Context, condition: Sequence) -> Context:
    span = _span_of(condition)
    return context if span is None else replace(context, conditions=(*context.conditions, span))


def _span_of(statements: Sequence) -> Span | None:
    """From the first command of some statements to their last."""
    spans = []
    pending: list[Statement] = list(statements)
    while pending:
        statement = pending.pop()
        if isinstance(statement, Command):
            spans.append(statement.span)
        else:
            pending += [inner for inner, _ in _inside(statement, Context())]
    return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def _words_inside(statement: Statement, context: Context) -> Iterator[tuple[Statement, Context]]:
    """Statements in the command substitutions of a statement's own words."""
    pending: list[Part] = [part for word in words_of(statement) for part in word.parts]
    while pending:
        part = pending.pop()
        if isinstance(part, Substitution):
            yield from ((item, context) for item in part.body)
        elif isinstance(part, Parameter):
            pending += [inner for word in part.operands for inner in word.parts]
        elif isinstance(part, Arithmetic):
            pending += part.parts


def words_of(statement: Statement) -> Iterator[Word]:
    """The words that a statement holds itself, not by the statements in it."""
    if isinstance(statement, Command):
        yield from statement.words
        for assignment in statement.assignments:
            yield from (assignment.value,) if assignment.value else assignment.elements or ()
        yield from _redirect_words(statement.redirects)
    elif isinstance(statement, Redirected):
        yield from _redirect_words(statement.redirects)
    elif isinstance(statement, For):
        yield from statement.words or ()
    elif isinstance(statement, Case):
        yield statement.word
        yield from (word for item in statement.items for word in item.patterns)


def _redirect_words(redirects: tuple[Redirect, ...]) -> Iterator[Word]:
    for redirect in redirects:
        yield from (word for word in (redirect.target, redirect.body) if word is not None)
