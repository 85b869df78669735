"""The operators of `${name...}` on texts that may hold symbols."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencode_policy.symbolic.patterns import Pattern, Piece, literal_of, matches, pattern_of, regex
from opencode_policy.symbolic.symbols import Symbols, is_known

Operand = Sequence[Piece]

DEFAULTS = frozenset({"-", ":-", "=", ":=", "+", ":+", "?", ":?"})
"""Operators that ask whether the variable is set."""


def trimmed(symbols: Symbols, text: str, operator: str, operand: Operand) -> str:
    """`${name#pattern}` and its kin."""
    pattern = pattern_of(operand)
    front, longest = operator[0] == "#", len(operator) == 2
    found = _trim(pattern, text, front=front, longest=longest)
    if found is not None and (
        symbols.solid(text) or _certain(pattern, text, found, front=front, longest=longest)
    ):
        return found
    if found is None and (is_known(text) or _nowhere(symbols, pattern, text, front=front)):
        return text
    return symbols.derived(f"${{{operator}}}", text, "".join(part for part, _ in pattern))


def _trim(pattern: Pattern, text: str, *, front: bool, longest: bool) -> str | None:
    ends = range(len(text) + 1)
    for size in reversed(ends) if longest else ends:
        part = text[:size] if front else text[len(text) - size :]
        if re.fullmatch(regex(pattern, ""), part) is not None:
            return text[size:] if front else text[: len(text) - size]
    return None


def _certain(pattern: Pattern, text: str, found: str, *, front: bool, longest: bool) -> bool:
    """Whether no value of the text's symbols could move the place where the match ends."""
    size = len(text) - len(found)
    removed = text[:size] if front else text[len(text) - size :]
    return literal_of(pattern) is not None or (not longest and is_known(removed))


def _nowhere(symbols: Symbols, pattern: Pattern, text: str, *, front: bool) -> bool:
    """Whether a pattern certainly matches no beginning (or end) of a text."""
    anything: Pattern = (("*", False),)
    whole = (*pattern, *anything) if front else (*anything, *pattern)
    return matches(symbols, whole, text) is False


def replaced(symbols: Symbols, text: str, operator: str, operands: Sequence[Operand]) -> str:
    """`${name/pattern/text}` and its kin."""
    pattern = pattern_of(operands[0]) if operands else ()
    new = "".join(piece.text or "" for piece in operands[1]) if len(operands) > 1 else ""
    if not is_known(text) or not is_known("".join(part for part, _ in pattern)):
        return symbols.derived("${/}", text, "".join(part for part, _ in pattern), new)
    return re.sub(regex(pattern, ""), lambda _: new, text, count=0 if operator.startswith("//") else 1)


def sliced(symbols: Symbols, text: str, operands: Sequence[Operand]) -> str:
    """`${name:offset:length}`."""
    numbers = ["".join(piece.text or "" for piece in operand).strip() for operand in operands]
    if not is_known(text) or not all(re.fullmatch(r"-?\d+", number) for number in numbers) or not numbers:
        return symbols.derived("${:}", text, *numbers)
    start = int(numbers[0])
    start = max(start + len(text), 0) if start < 0 else start
    if len(numbers) == 1:
        return text[start:]
    length = int(numbers[1])
    return text[start : start + length] if length >= 0 else text[start:length]


def cased(symbols: Symbols, text: str, operator: str) -> str:
    """`${name^^}`, `${name,,}` and their kin."""
    if not is_known(text):
        return symbols.derived(f"${{{operator}}}", text)
    if operator in ("^^", ",,"):
        return text.upper() if operator == "^^" else text.lower()
    first = text[:1].upper() if operator == "^" else text[:1].lower()
    return first + text[1:]
