"""Text of which a part is not known: a hole is one character that no script holds.

A text with holes is called a skeleton. Unicode sets these two code points aside for a program's own use
(noncharacters, Unicode 23.7), so they survive parsing and slicing like any letter.
"""

from __future__ import annotations

UNKNOWN = "\ufdd0"
"""Stands for text, perhaps none, that is not known and not secret."""

SECRET = "\ufdd1"  # noqa: S105 - a mark, not a secret
"""Stands for text that is secret, or holds a secret."""

_CLEAN = str.maketrans({UNKNOWN: "\ufffd", SECRET: "\ufffd", "\0": "\ufffd"})


def without_holes(text: str) -> str:
    """A script's text, of the same length, in which no hole stands and no NUL (to a parser, the end)."""
    return text.translate(_CLEAN)


def has_holes(skeleton: str) -> bool:
    """Whether anything of a text is not known."""
    return UNKNOWN in skeleton or SECRET in skeleton


def public(skeleton: str) -> str:
    """A skeleton with all its holes of one kind, for whom it does not matter what is missing."""
    return skeleton.replace(SECRET, UNKNOWN)
