"""Counted nouns and lists of them, as sentences of a report need them."""

from __future__ import annotations

from collections.abc import Iterable


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 error`, `2 errors`, `0 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def listed(items: Iterable[str]) -> str:
    """Items with commas between them."""
    return ", ".join(items)


def sentence(text: str) -> str:
    """The text with a full stop at its end; its beginning may be a name or a command and stays."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def clipped(text: str, limit: int) -> str:
    """The text, or its beginning and three dots when it has more than `limit` UTF-16 units."""
    if len(text) * 2 <= limit or utf16_length(text) <= limit:
        return text
    kept = text[: limit - 3]
    while utf16_length(kept) > limit - 3:
        kept = kept[:-1]
    return kept + "..."


def utf16_length(text: str) -> int:
    """How many UTF-16 units a text takes; a character beyond U+FFFF takes two."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)
