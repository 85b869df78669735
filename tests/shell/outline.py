"""A short notation for syntax trees, so that a test reads like the script it is about."""

from __future__ import annotations

from collections.abc import Callable
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
    return _OUTLINES[type(statement)](statement)


def _command(item: Command) -> str:
    assigned = [f"{a.name}{'+' * a.append}={_value(a)}" for a in item.assignments]
    return " ".join([*assigned, *map(_word, item.words), *map(_redirect, item.redirects)])


def _and_or(item: AndOr) -> Any:
    rest = [part for operator, operand in item.rest for part in (operator, _statement(operand))]
    return (_statement(item.first), *rest)


def _case(item: Case) -> Any:
    items = [([_word(p) for p in one.patterns], _all(one.body), one.end) for one in item.items]
    return ("case", _word(item.word), *items)


def _for(item: For) -> Any:
    words = None if item.words is None else [_word(word) for word in item.words]
    return ("for", item.variable, words, _all(item.body))


def _if(item: If) -> Any:
    arms = [(_all(test), _all(body)) for test, body in item.arms]
    return ("if", *arms, _all(item.otherwise))


_OUTLINES: dict[type[Any], Callable[[Any], Any]] = {
    AndOr: _and_or,
    Background: lambda item: ("&", _statement(item.body)),
    Case: _case,
    Command: _command,
    For: _for,
    Function: lambda item: ("function", item.name, _statement(item.body)),
    Group: lambda item: ("()" if item.subshell else "{}", *_all(item.body)),
    If: _if,
    Loop: lambda item: ("until" if item.until else "while", _all(item.condition), _all(item.body)),
    Pipeline: lambda item: ("!|" if item.negated else "|", *_all(item.stages)),
    Redirected: lambda item: ("redirected", _statement(item.body), *map(_redirect, item.redirects)),
}


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
