"""Putting statements together the way a shell binds `|`, `&&`, `||` and redirections.

The grammar wraps a redirection around a whole list, and lets a here-document swallow what follows it on its
line; these functions take such pieces apart again.
"""

from __future__ import annotations

from dataclasses import replace

from opencode_policy.shell.commands import extended
from opencode_policy.shell.syntax import AndOr, Command, Pipeline, Redirect, Redirected, Statement, Word

Rest = list[tuple[str, Statement]]


def chained(first: Statement, rest: Rest) -> Statement:
    """Join statements by `&&` and `||`, all of one precedence and bound from the left."""
    flat: Rest = []
    if isinstance(first, AndOr):
        flat = list(first.rest)
        first = first.first
    for operator, operand in rest:
        if isinstance(operand, AndOr):
            flat += [(operator, operand.first), *operand.rest]
        else:
            flat.append((operator, operand))
    return AndOr(first, tuple(flat)) if flat else first


def piped(statements: list[Statement]) -> Statement:
    """Join statements by `|`, which binds tighter than the lists that some of them may be."""
    leading: Rest = []
    trailing: Rest = []
    stages: list[Statement] = []
    negated = False
    for statement in statements:
        stage = statement
        if isinstance(statement, AndOr) and not stages:
            leading, stage = _last_operand(statement)
        elif isinstance(statement, AndOr):
            stage, trailing = statement.first, [*statement.rest, *trailing]
        if isinstance(stage, Pipeline):
            negated = negated or (stage.negated and not stages)
            stages += stage.stages
        else:
            stages.append(stage)
    body = stages[0] if len(stages) == 1 and not negated else Pipeline(tuple(stages), negated)
    return _between(leading, body, trailing)


def attached(statement: Statement, words: tuple[Word, ...], redirects: tuple[Redirect, ...]) -> Statement:
    """Give redirections, and arguments among them, to the command they stand behind."""
    if isinstance(statement, Command):
        return extended(statement, words, redirects)
    if isinstance(statement, Pipeline):
        *stages, last = statement.stages
        return replace(statement, stages=(*stages, attached(last, words, redirects)))
    if isinstance(statement, AndOr):
        *rest, (operator, last) = statement.rest
        return replace(statement, rest=(*rest, (operator, attached(last, words, redirects))))
    if isinstance(statement, Redirected):
        return replace(statement, redirects=statement.redirects + redirects)
    return Redirected(statement, redirects)


def _last_operand(statement: AndOr) -> tuple[Rest, Statement]:
    """Split `a && b || c` into the operands before the last, in `Rest` form, and the last."""
    operators = [operator for operator, _ in statement.rest]
    operands = [statement.first, *(operand for _, operand in statement.rest)]
    return list(zip(operators, operands, strict=False)), operands[-1]


def _between(leading: Rest, body: Statement, trailing: Rest) -> Statement:
    """Undo `_last_operand`: each leading operand carries the operator that follows it."""
    if not leading:
        return chained(body, trailing)
    operators = [operator for operator, _ in leading]
    operands = [*(operand for _, operand in leading[1:]), body]
    return chained(leading[0][1], [*zip(operators, operands, strict=True), *trailing])
