"""What `printf` and `echo` make of their arguments (POSIX, printf utility)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencode_policy.taint.parameters import HARMLESS_LENGTH
from opencode_policy.taint.values import (
    ANYTHING,
    NOTHING,
    Value,
    concatenated,
    constant,
    joined,
    merged,
    secret,
)

_PART = re.compile(r"%(%|[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?(\(.*?\)T|[a-zA-Z]))")
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|0([0-7]{0,3})|x([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ROUNDS = 16
"""How often a format is used again for further arguments before the rest counts as unknown."""


def unescaped(text: str) -> str:
    """Backslash escapes replaced, as dash's `echo` and every `printf` format do."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    octal, zero, hexadecimal, letter = match.groups()
    if octal or zero:
        return chr(int(octal or zero, 8) & 0xFF)
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return _LETTERS.get(letter or "", match[0])


def formatted(arguments: Sequence[Value], *, sure: bool = True) -> Value:
    """The text that `printf format argument...` prints; `sure` tells that it is known how many there are."""
    if not arguments:
        return NOTHING
    template, rest = arguments[0], list(arguments[1:])
    known = template.known
    if known is None or not sure or len(rest) > _ROUNDS * 8:
        return _mixed(template, rest)
    printed: list[Value] = []
    for _ in range(_ROUNDS):
        used = _once(known, rest, printed)
        rest = rest[used:]
        if not rest or not used:
            return concatenated(printed) if printed else NOTHING
    return concatenated([*printed, _mixed(template, rest)])


def _mixed(template: Value, rest: Sequence[Value]) -> Value:
    """What remains known when the format is not: the literal format, followed by all it may show."""
    flows = merged(template.flows, *(value.flows for value in rest))
    hole = secret(flows) if flows else ANYTHING
    start = template.mapped(lambda text: unescaped(re.split(r"[%\\]", text)[0]))
    return concatenated([start, hole])


def _once(template: str, arguments: Sequence[Value], printed: list[Value]) -> int:
    """Use the format once; return how many arguments that took."""
    at = used = 0
    for match in _PART.finditer(template):
        printed.append(constant(unescaped(template[at : match.start()])))
        at = match.end()
        if match[1] == "%":
            printed.append(constant("%"))
            continue
        argument = arguments[used] if used < len(arguments) else NOTHING
        used += 1
        printed.append(_converted(match[1], argument))
    printed.append(constant(unescaped(template[at:])))
    return used


def _converted(conversion: str, argument: Value) -> Value:
    letter = conversion[-1]
    if letter in "sbqc" and len(conversion) == 1:
        changed = argument.mapped(unescaped) if letter == "b" else argument
        return changed if letter != "c" else _first(argument)
    precision = re.search(r"\.(\d*)", conversion)
    if letter in "sbqc" and precision and int(precision[1] or 0) <= HARMLESS_LENGTH:
        return ANYTHING
    if letter in "sbqc":
        return secret(argument.flows) if argument.flows else joined([ANYTHING])
    return ANYTHING


def _first(argument: Value) -> Value:
    """One character is no secret."""
    return ANYTHING if argument.flows else argument.mapped(lambda text: text[:1])
