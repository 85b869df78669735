"""Shell patterns against texts that may hold symbols."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from opencode_policy.symbolic.symbols import Symbols, is_known

_CLASSES = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": " \t", "xdigit": "0-9A-Fa-f", "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip
_KNOWN = "[^\U00100000-\U0010fffd]"


class Piece(NamedTuple):
    """A part of an expanded word: quoted text is neither split nor a pattern; no text at all ends a field."""

    text: str | None
    quoted: bool = True
    splits: bool = False


Pattern = tuple[tuple[str, bool], ...]
"""Texts of a pattern, each with whether it was quoted."""


def pattern_of(pieces: Iterable[Piece]) -> Pattern:
    """The pattern that an expanded word is."""
    return tuple((piece.text or "", piece.quoted) for piece in pieces)


def literal_of(pattern: Pattern) -> str | None:
    """The one text that a pattern matches, None if it matches several."""
    for text, quoted in pattern:
        if not quoted and set(text) & set("*?[\\"):
            return None
    return "".join(text for text, _ in pattern)


def matches(symbols: Symbols, pattern: Pattern, text: str) -> bool | None:
    """Whether a pattern matches the whole text; None where that cannot be said."""
    literal = literal_of(pattern)
    if literal is not None:
        return symbols.equal(literal, text)
    certain = regex(pattern, "") is not None and re.fullmatch(regex(pattern, ""), text) is not None
    if certain or (is_known(text) and all(is_known(part) for part, _ in pattern)):
        return certain
    return None if _possible(symbols, pattern, text) else False


def _possible(symbols: Symbols, pattern: Pattern, text: str) -> bool:
    """Whether some value of the text's symbols could match: each of them may be any text."""
    if not is_known("".join(part for part, _ in pattern)):
        return True
    return _overlap(_items(pattern), list(text), symbols)


def _overlap(pattern: list[str], text: list[str], symbols: Symbols) -> bool:
    """Compare known characters from both ends, up to the first wildcard or symbol."""
    for ahead in (False, True):
        items = pattern[::-1] if ahead else pattern
        chars = text[::-1] if ahead else text
        for index, item in enumerate(items):
            if item == "*" or index >= len(chars):
                break
            if not is_known(chars[index]):
                break
            if not re.fullmatch(item, chars[index], re.DOTALL):
                return False
    return bool(pattern) or not symbols.filled("".join(text))


def _items(pattern: Pattern) -> list[str]:
    found: list[str] = []
    for text, quoted in pattern:
        at = 0
        while at < len(text):
            item, at = (re.escape(text[at]), at + 1) if quoted else _item(text, at)
            found.append(item)
    return found


@cache
def regex(pattern: Pattern, lazy: str) -> str:
    """A regular expression for what certainly matches: only `*` takes in a symbol.

    `lazy` is `?` for the shortest match and empty for the longest.
    """
    return "".join(f"(?:.|\n)*{lazy}" if item == "*" else item for item in _items(pattern))


def _item(text: str, at: int) -> tuple[str, int]:
    char = text[at]
    if char == "*":
        return "*", at + 1
    if char == "?":
        return _KNOWN, at + 1
    if char == "\\" and at + 1 < len(text):
        return re.escape(text[at + 1]), at + 2
    if char == "[":
        return _bracket(text, at)
    return re.escape(char), at + 1


def _bracket(text: str, at: int) -> tuple[str, int]:
    match = re.compile(r"\[([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]").match(text, at)
    if match is None:
        return re.escape("["), at + 1
    inside = re.sub(r"\[:(\w+):\]", lambda name: "\0" + name[1] + "\0", match[2])
    inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside)
    inside = re.sub("\0(\\w+)\0", lambda name: _CLASSES.get(name[1], ""), inside)
    try:
        re.compile(f"[{inside}]")
    except re.error:
        return re.escape("["), at + 1
    denied = f"(?![{inside}]){_KNOWN}" if match[1] else f"[{inside}]"
    return denied, match.end()
