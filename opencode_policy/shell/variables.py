"""The variables that a script takes from its environment."""

from __future__ import annotations

from functools import lru_cache

from opencode_policy.shell.commands_run import DECLARATIONS, statements_of
from opencode_policy.shell.nested import Context, walk, words_of
from opencode_policy.shell.syntax import Arithmetic, Command, For, Parameter, Part, Statement, Word


@lru_cache(maxsize=128)
def variables_read(text: str) -> frozenset[str]:
    """Names of the variables that a script takes from its environment: those that it expands and never sets.

    A default, as in `${name:=word}`, sets nothing where the environment has a value.
    """
    found: set[str] = set()
    own: set[str] = set()
    for statement, _ in walk(statements_of(text), Context()):
        own |= _names_set(statement)
        pending: list[Part] = [part for word in words_of(statement) for part in word.parts]
        while pending:
            part = pending.pop()
            if isinstance(part, Parameter):
                found.add(part.name)
                pending += [inner for word in part.operands for inner in word.parts]
            elif isinstance(part, Arithmetic):
                pending += part.parts
    return frozenset(found - own)


def _names_set(statement: Statement) -> set[str]:
    """Variables that a statement assigns; one whose value is its own default keeps the environment's."""
    if isinstance(statement, For):
        return {statement.variable}
    if not isinstance(statement, Command):
        return set()
    names = {item.name for item in statement.assignments if not _own_default(item.name, item.value)}
    if statement.name in DECLARATIONS:
        names |= {
            (word.value or "").partition("=")[0] for word in statement.words[1:] if "=" in (word.value or "")
        }
    return names


def _own_default(name: str, value: Word | None) -> bool:
    """`name=${name:-word}`."""
    parts = value.parts if value is not None else ()
    return any(isinstance(part, Parameter) and part.name == name for part in parts)
