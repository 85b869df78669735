"""What is wrong with a policy, told to the person who wrote it."""

from __future__ import annotations

from collections.abc import Iterable

from opencode_policy.lean import dataclass
from opencode_policy.location import Location

LONGEST_ECHO = 36
"""Longest text that is repeated in a message: shorter than any token, longer than any key or rule id."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: the file, the place in it if it has one, the dotted key, and why."""

    path: str
    message: str
    key: str = ""
    location: Location | None = None

    def __str__(self) -> str:
        place = str(self.location) if self.location else self.path
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"

    @property
    def sort_key(self) -> tuple[object, ...]:
        """By file, then place, then words."""
        line, column = (self.location.line, self.location.column) if self.location else (0, 0)
        return self.path, line, column, self.key, self.message


class PolicyError(Exception):
    """A policy that cannot be used. Its text has one line for each mistake."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes), key=lambda mistake: mistake.sort_key))
        super().__init__("\n".join(map(str, self.mistakes)))


def quoted(text: str) -> str:
    """A text as a message repeats it; a long one, or one of several lines, is not repeated."""
    return f"'{text}'" if len(text) <= LONGEST_ECHO and text.isprintable() else "a long text"


def suggestion(word: str, choices: Iterable[str]) -> str:
    """Words that name the choice nearest to a mistyped word; empty when none is near."""
    import difflib

    close = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
