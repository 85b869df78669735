"""What a violation of a schema means, said to a person. A value is never quoted: it may be a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from opencode_policy.nearest import nearest
from opencode_policy.schemas.validator import Violation

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}
_MOST_NAMES = 12
_NEAR = 0.6


def message(violation: Violation, value: Any) -> str:
    """One sentence: the field, what stands there and what was expected. `value` is what stands there."""
    words = _WORDS.get(violation.keyword)
    return words(violation, value) if words else f"{_subject(violation)} does not fit '{violation.keyword}'"


def _subject(violation: Violation) -> str:
    """The field by its name; an item of a list by the list's."""
    names = [step for step in violation.path if isinstance(step, str)]
    name = f"'{names[-1]}'" if names else "the object"
    return f"an item of {name}" if violation.path and isinstance(violation.path[-1], int) else name


def _unknown(violation: Violation, value: Any) -> str:
    del value
    name = str(violation.path[-1])
    near = nearest(name, violation.known, cutoff=_NEAR)
    if near:
        return f"there is no field '{name}' here; did you mean '{near}'?"
    return f"there is no field '{name}' here; {_known(violation.known)}"


def _known(names: Iterable[str]) -> str:
    listed = sorted(names)
    if not listed:
        return "no field is known here"
    more = len(listed) - _MOST_NAMES
    return f"known are {', '.join(listed[:_MOST_NAMES])}" + (f" and {more} more" if more > 0 else "")


def _required(violation: Violation, value: Any) -> str:
    near = nearest(str(violation.wanted), value, cutoff=_NEAR) if isinstance(value, dict) else None
    misspelt = near if near not in violation.known else None
    hint = f"; '{misspelt}' is probably meant to be it" if misspelt else ""
    return f"{_subject(violation)} lacks the required field '{violation.wanted}'{hint}"


def _type(violation: Violation, value: Any) -> str:
    return f"{_subject(violation)} must be {_expected(violation.wanted)}, not {_kind(value)}"


def _expected(wanted: Any) -> str:
    types = wanted if isinstance(wanted, tuple) else (wanted,)
    return " or ".join(_TYPES.get(str(name), str(name)) for name in types if name != "null") or "null"


def _kind(value: Any) -> str:
    """What a value is, with what often explains it: quotes too many or too few."""
    if isinstance(value, bool):
        return f"{str(value).lower()} without quotes"
    if isinstance(value, int):
        return "a number without quotes"
    if isinstance(value, float):
        return "a number with a fraction"
    if isinstance(value, str):
        return "a number in quotes" if value.strip().lstrip("-").isdigit() else "text"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else "null"


def _enum(violation: Violation, value: Any) -> str:
    allowed = [str(item) for item in violation.wanted if item is not None]
    near = nearest(value, allowed, cutoff=_NEAR) if isinstance(value, str) else None
    hint = f"; did you mean '{near}'?" if near else ""
    return f"{_subject(violation)} must be {' or '.join(allowed)}{hint}"


def _pattern(violation: Violation, value: Any) -> str:
    del value
    return f"{_subject(violation)} must match the pattern {violation.wanted}"


def _alternatives(violation: Violation, value: Any) -> str:
    """`oneOf` of types is how Kubernetes writes a quantity or a port; anything else is told as it is."""
    types = re.findall(r"'type': (?:\[([^]]*)\]|'(\w+)')", str(violation.wanted))
    names = {name for listed, lone in types for name in (*re.findall(r"\w+", listed), lone) if name}
    if names and all(str(part).startswith("{'type':") for part in violation.wanted):
        return f"{_subject(violation)} must be {_expected(tuple(sorted(names)))}, not {_kind(value)}"
    return f"{_subject(violation)} fits none, or more than one, of the forms that are allowed"


def _bound(words: str) -> Callable[[Violation, Any], str]:
    return lambda violation, _: f"{_subject(violation)} must {words.format(violation.wanted)}"


_WORDS: dict[str, Callable[[Violation, Any], str]] = {
    "unknown": _unknown,
    "required": _required,
    "type": _type,
    "enum": _enum,
    "const": lambda violation, _: f"{_subject(violation)} must be {violation.wanted}",
    "pattern": _pattern,
    "oneOf": _alternatives,
    "anyOf": _alternatives,
    "not": lambda violation, _: f"{_subject(violation)} has a form that is forbidden",
    "minimum": _bound("be at least {}"),
    "maximum": _bound("be at most {}"),
    "exclusiveMinimum": _bound("be more than {}"),
    "exclusiveMaximum": _bound("be less than {}"),
    "minLength": _bound("have at least {} characters"),
    "maxLength": _bound("have at most {} characters"),
    "minItems": _bound("have at least {} items"),
    "maxItems": _bound("have at most {} items"),
    "minProperties": _bound("have at least {} fields"),
    "maxProperties": _bound("have at most {} fields"),
    "multipleOf": _bound("be a multiple of {}"),
    "uniqueItems": lambda violation, _: f"{_subject(violation)} must not hold an item twice",
    "cel": lambda violation, _: f"{_subject(violation)}: {violation.wanted}",
}
