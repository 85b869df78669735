"""Why a value is not what its dataclass says, and where: pydantic's verdict in our words.

Imported only when the decoder has declined a value, because importing pydantic costs more than a check.
No value is repeated but a mistyped choice: a secret may stand in the wrong place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from opencode_policy.nodes import Node
from opencode_policy.policy.mistakes import Mistake, quoted, suggestion
from opencode_policy.policy.places import Place, Step, dotted, place_of
from opencode_policy.policy.readers import hints_of

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "none_required": "nothing",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "dataclass_type": "a mapping",
}
_FOUND = {
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}


def explain(cls: type[Any], value: object, root: Node, at: Sequence[Step] = ()) -> list[Mistake]:
    """Everything that is wrong with the value that stands at a path below `root`.

    Empty when pydantic accepts the value: then the decoder was wrong to decline it.
    """
    explainer = _Explainer(cls, root, tuple(at))
    mistakes = [explainer.mistake(error) for error in _errors(cls, value)]
    return list(dict.fromkeys(mistakes))


def verdict(cls: type[Any], value: object) -> Any:
    """The value as pydantic reads it, strictly and as JSON. Raises pydantic.ValidationError."""
    return adapter_of(cls).validate_json(json.dumps([value]), strict=True)[0]


def adapter_of(cls: Any) -> TypeAdapter[tuple[Any]]:
    """How pydantic sees a tuple that holds a dataclass alone.

    The tuple lends its configuration, which a plain dataclass cannot take, to all dataclasses below it.
    """
    return _adapter(cls)


@cache
def _adapter(cls: Any) -> TypeAdapter[tuple[Any]]:
    return TypeAdapter(tuple[cls], config=ConfigDict(extra="forbid"))


def _errors(cls: type[Any], value: object) -> list[Any]:
    try:
        verdict(cls, value)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


class _Explainer:
    """Words for the errors of one value."""

    def __init__(self, cls: type[Any], root: Node, at: tuple[Step, ...]) -> None:
        self.cls = cls
        self.root = root
        self.at = at

    def mistake(self, error: Mapping[str, Any]) -> Mistake:
        steps: tuple[Step, ...] = error["loc"][1:]
        place = place_of(self.root, (*self.at, *steps))
        kind = error["type"]
        if kind == "missing":
            return self.missing(place, steps)
        if kind == "unexpected_keyword_argument":
            return self.unknown_key(place, str(steps[-1]))
        if steps[-1:] == ("[key]",):
            return self.told(place.path, place.key_location, f"as a key, {_words(error)}")
        return self.told(place.path, place.location, _words(error))

    def missing(self, owner: Place, steps: tuple[Step, ...]) -> Mistake:
        path = (*self.at, *steps)
        return self.told(path, owner.location, f"the key '{steps[-1]}' is missing")

    def unknown_key(self, place: Place, key: str) -> Mistake:
        keys = _keys_at(self.cls, place.path[len(self.at) : -1])
        hint = suggestion(key, keys) or (f"; known are {', '.join(keys)}" if keys else "; none is known here")
        return self.told(place.path, place.key_location, f"unknown key {quoted(key)}{hint}")

    def told(self, path: Sequence[Step], location: Any, message: str) -> Mistake:
        return Mistake(location.path, message, dotted(path), location)


def _words(error: Mapping[str, Any]) -> str:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "constraint":
        return f"expected {context['expected']}"
    if kind == "literal_error":
        return _choice_words(re.findall(r"'([^']*)'", context["expected"]), value)
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind not in _EXPECTED:
        return str(error["msg"])
    quotes = ": put it in quotes" if kind == "string_type" and isinstance(value, int | float) else ""
    return f"expected {_EXPECTED[kind]}, found {_FOUND.get(type(value), 'nothing')}{quotes}"


def _choice_words(choices: list[str], value: object) -> str:
    expected = f"expected {choices[0]}" if len(choices) == 1 else f"expected one of {', '.join(choices)}"
    if not isinstance(value, str):
        return f"{expected}, found {_FOUND.get(type(value), 'nothing')}"
    return f"{expected}, found {quoted(value)}{suggestion(value, choices)}"


def _keys_at(cls: type[Any], path: Sequence[Step]) -> list[str]:
    """Keys of the dataclass that a path below another one leads to."""
    hint: Any = cls
    for step in path:
        hint = _hint_below(hint, step)
    found = next((each for each in _members(hint) if is_dataclass(each)), None)
    return list(hints_of(found)) if isinstance(found, type) else []


def _hint_below(hint: Any, step: Step) -> Any:
    for member in _members(hint):
        if isinstance(member, type) and is_dataclass(member):
            return hints_of(member).get(str(step), Any)
        if get_origin(member) is tuple:
            return get_args(member)[0]
        if get_origin(member) is Mapping:
            return get_args(member)[1]
    return Any


def _members(hint: Any) -> Iterator[Any]:
    """A type without its annotations; of a union, its members."""
    if get_origin(hint) is Annotated:
        yield from _members(get_args(hint)[0])
    elif get_args(hint) and get_origin(hint) not in (tuple, Mapping):
        for member in get_args(hint):
            yield from _members(member)
    else:
        yield hint
