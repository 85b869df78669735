"""A detected secret as a value that cannot get into a text by accident."""

from __future__ import annotations

from typing import NoReturn


class Concealed:
    """Holds a text and does not let it be formatted, printed, pickled or written as JSON.

    Whoever needs the text calls `reveal`; a message that includes the object by mistake raises TypeError,
    which the engine reports as a bug of the rule. The repr, which tracebacks show, says nothing.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: to mask it, to compare it, to make a fingerprint of it."""
        return self._text

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Concealed):
            return self._text == other._text
        return self._text == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "<concealed>"

    def __str__(self) -> NoReturn:
        raise TypeError("a secret cannot be made a text")

    def __format__(self, spec: str) -> NoReturn:
        del spec
        raise TypeError("a secret cannot be put into a text")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be stored")
