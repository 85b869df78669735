"""Pieces of expanded words to texts and fields."""

from __future__ import annotations

import re
from collections.abc import Iterable

from opencode_policy.symbolic.patterns import Piece
from opencode_policy.symbolic.state import State


def joined(pieces: Iterable[Piece]) -> str:
    """The text of a word that is not split."""
    return "".join(" " if piece.text is None else piece.text for piece in pieces)


def fields_of(state: State, pieces: list[Piece]) -> list[str]:
    """Field splitting; quoted text makes a field even where it is empty."""
    if len(pieces) == 1 and not pieces[0].splits and pieces[0].text is not None:
        return [pieces[0].text] if pieces[0].text or pieces[0].quoted else []
    separators = state.variables.get("IFS", " \t\n")
    fields: list[str] = []
    current: str | None = None
    for text, quoted, splits in pieces:
        if text is None:
            fields += [] if current is None else [current]
            current = None
        elif not splits or not separators:
            current = (current or "") + text if text or quoted else current
        else:
            current = _split_text(fields, current, text, separators)
    return fields if current is None else [*fields, current]


def _split_text(fields: list[str], current: str | None, text: str, separators: str) -> str | None:
    """Split one expansion; returns the field that is still open."""
    first, *rest = re.split(f"[{re.escape(separators)}]+", text)
    if first:
        current = (current or "") + first
    for part in rest:
        fields += [] if current is None else [current]
        current = part or None
    return current
