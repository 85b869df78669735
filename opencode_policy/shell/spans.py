"""Positions: half-open character ranges, and maps from a derived text back to the original."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from opencode_policy.lean import dataclass


class Span(NamedTuple):
    """Half-open range of character offsets (indices of a Python string) into the script's text."""

    start: int
    end: int

    def within(self, other: Span) -> bool:
        """Tell whether this range lies inside `other`."""
        return other.start <= self.start and self.end <= other.end


@dataclass(frozen=True, slots=True)
class Offsets:
    """Piecewise map from offsets of a derived text to offsets of the text it was made from.

    Each pair `local[i]`, `outer[i]` starts a run in which both advance together; `local` ascends from 0.
    """

    local: tuple[int, ...] = (0,)
    outer: tuple[int, ...] = (0,)

    def at(self, index: int) -> int:
        """Return the original offset of the character at `index`."""
        run = bisect_right(self.local, index) - 1
        return self.outer[run] + index - self.local[run]

    def span(self, start: int, end: int) -> Span:
        """Map a range; its end follows the last character, so dropped characters behind it stay outside."""
        first = self.at(start)
        return Span(first, self.at(end - 1) + 1 if end > start else first)

    def part(self, start: int, end: int) -> Offsets:
        """Return the map of the part of the text from `start` to `end`."""
        first, last = bisect_right(self.local, start), bisect_right(self.local, end)
        local = (0, *(index - start for index in self.local[first:last]))
        return Offsets(local, (self.at(start), *self.outer[first:last]))


def without_carriage_returns(text: str) -> tuple[str, Offsets]:
    """Return `text` with CR LF line ends made LF, and the map back."""
    if "\r\n" not in text:
        return text, Offsets()
    local, outer = [0], [0]
    at = 0
    pieces = text.split("\r\n")
    for removed, piece in enumerate(pieces[:-1], 1):
        at += len(piece)
        local.append(at)
        outer.append(at + removed)
        at += 1
    return "\n".join(pieces), Offsets(tuple(local), tuple(outer))
