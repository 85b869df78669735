"""Parts of words between expansion and field splitting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from opencode_policy.taint.values import LIMIT, NOTHING, Text, Value, collapsed, concatenated, of_texts


class Piece(NamedTuple):
    """A stretch of a word. Neither a quoted piece nor one that is written out is split.

    An `elastic` one may stand for several fields, or for none, all the same: it is one of `"$@"`.
    """

    text: Text
    quoted: bool
    literal: bool = False
    elastic: bool = False


BREAK = Piece(Text(" "), False)
"""Where a field ends inside `"$@"`; known by identity."""

Pieces = tuple[Piece, ...]
Alternatives = list[Pieces]


def multiplied(left: list[list[Piece]], right: Alternatives) -> list[list[Piece]]:
    """Each way of the left with each of the right, unless these are too many; the left is used up."""
    if len(left) * len(right) > LIMIT:
        left = left if len(left) == 1 else [list(_as_one([tuple(pieces) for pieces in left]))]
        right = right if len(left) * len(right) <= LIMIT else [_as_one(right)]
    if len(right) == 1:
        for pieces in left:
            pieces.extend(right[0])
        return left
    return [[*first, *second] for first in left for second in right]


def as_value(alternatives: Alternatives) -> Value:
    """What the pieces are together, unsplit."""
    values = [_concatenated(pieces) for pieces in alternatives]
    return values[0] if len(values) == 1 else of_texts(text for value in values for text in value.texts)


def pieces_of(value: Value, *, quoted: bool) -> Alternatives:
    """A value as the ways in which it may expand."""
    return [(Piece(text, quoted),) for text in value.texts]


def pattern_of(pieces: Sequence[Piece]) -> list[tuple[str, bool]]:
    """The pieces as a shell pattern."""
    return [(piece.text.skeleton, piece.quoted) for piece in pieces]


def _concatenated(pieces: Pieces) -> Value:
    if not pieces:
        return NOTHING
    return concatenated([Value((piece.text,)) for piece in pieces])


def _as_one(alternatives: Alternatives) -> Pieces:
    quoted = all(piece.quoted for pieces in alternatives for piece in pieces)
    return (Piece(collapsed(as_value(alternatives)).texts[0], quoted),)
