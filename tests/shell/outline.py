"""A short notation for syntax trees, so that a test reads like the script it is about."""

from __future__ import annotations

from typing import Any

from opencode_policy.shell.script import parse_script
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
    Literal,
    Loop,
    Parameter,
    Part,
    Pipeline,
    Redirect,
    Redirected,
    Substitution,
    Word,
)


def outline(script: str) -> list[Any]:
    """The statements of a script that must be valid."""
    parsed = parse_script(script)
    assert parsed.errors == ()
    return [_statement(statement) for statement in parsed.statements]


def word(text: str) -> Any:
    """The one word that `text` is."""
    (command,) = parse_script(f"x {text}").statements
    assert isinstance(command, Command)
    (_, only) = command.words
    return _word(only)


def _all(statements: tuple[Any, ...]) -> list[Any]:
    return [_statement(statement) for statement in statements]


def _statement(statement: Any) -> Any:
    match statement:
        case Command():
            assigned = [f"{item.name}{'+' * item.append}={_value(item)}" for item in statement.assignments]
            return " ".join([*assigned, *map(_word, statement.words), *map(_redirect, statement.redirects)])
        case Redirected():
            return ("redirected", _statement(statement.body), *map(_redirect, statement.redirects))
        case Background():
            return ("&", _statement(statement.body))
        case Pipeline():
            return ("!|" if statement.negated else "|", *_all(statement.stages))
        case AndOr():
            rest = [part for operator, operand in statement.rest for part in (operator, _statement(operand))]
            return (_statement(statement.first), *rest)
        case Group():
            return ("()" if statement.subshell else "{}", *_all(statement.body))
        case If():
            arms = [(_all(test), _all(body)) for test, body in statement.arms]
            return ("if", *arms, _all(statement.otherwise))
        case Loop():
            return ("until" if statement.until else "while", _all(statement.condition), _all(statement.body))
        case For():
            words = None if statement.words is None else [_word(item) for item in statement.words]
            return ("for", statement.variable, words, _all(statement.body))
        case Case():
            items = [
                ([_word(p) for p in item.patterns], _all(item.body), item.end) for item in statement.items
            ]
            return ("case", _word(statement.word), *items)
        case Function():
            return ("function", statement.name, _statement(statement.body))
    raise AssertionError(statement)


def _value(item: Any) -> str:
    if item.elements is not None:
        return f"({' '.join(map(_word, item.elements))})"
    return _word(item.value) if item.value else ""


def _redirect(item: Redirect) -> str:
    number = "" if item.descriptor is None else str(item.descriptor)
    behind = item.body if item.body is not None else item.target
    return f"{number}{item.operator}{_word(behind) if behind else ''}"


def _word(item: Word) -> str:
    return "".join(_part(part) for part in item.parts)


def _part(part: Part) -> str:
    if isinstance(part, Literal):
        return f"'{part.text}'" if part.quoted else part.text
    if isinstance(part, Parameter):
        index = "" if part.index is None else f"[{part.index}]"
        operands = "|".join(map(_word, part.operands))
        return f"{'@' if part.quoted else '$'}<{part.prefix}{part.name}{index}{part.operator}{operands}>"
    if isinstance(part, Substitution):
        return f"{'@' if part.quoted else '$'}{part.form}{_all(part.body)}"
    assert isinstance(part, Arithmetic)
    return f"$(({''.join(map(_part, part.parts))}))"
