"""Parameters of a rule in words: name, type, default and meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from opencode_policy.policy.constraint import Doc
from opencode_policy.rules.base import Rule

_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", NoneType: "nothing"}


def parameters(rule: type[Rule]) -> Iterator[tuple[str, str]]:
    """Name of each parameter and what is to be known of it."""
    hints = get_type_hints(rule.Parameters, include_extras=True)
    for each in fields(rule.Parameters):
        hint = hints[each.name]
        yield each.name, f"{_words(hint)}{_default(each)}{_meaning(hint)}"


def _words(hint: Any) -> str:
    """A type as people say it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _words(arguments[0])
    if origin is Literal:
        return " or ".join(map(str, arguments))
    if origin in (Union, UnionType):
        return " or ".join(map(_words, arguments))
    if origin in (tuple, list):
        return f"list of {_words(arguments[0])}"
    if origin in (dict, Mapping):
        return f"mapping to {_words(arguments[1])}"
    return _WORDS.get(hint, "mapping")


def _default(each: Field[Any]) -> str:
    if each.default is not MISSING:
        return f", default {each.default!r}"
    return "" if each.default_factory is MISSING else ", may be left out"


def _meaning(hint: Any) -> str:
    if get_origin(hint) is not Annotated:
        return ""
    return "".join(f". {item.text}" for item in get_args(hint) if isinstance(item, Doc))
