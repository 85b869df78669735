"""What a detector finds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from opencode_policy.detect.concealed import Concealed
from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text.

    `kind` says what it is, with its article (`a GitHub token`); `start` and `end` are offsets into the text.
    `certain` is True where its form alone proves it, False where only its name or its surroundings say so;
    `doubtful` where it has the form without the proof (a checksum that does not fit). `value` is the secret
    itself, decoded where it stood in base64 (`encoded` names the encoding).
    """

    kind: str
    start: int
    end: int
    certain: bool
    value: Concealed
    encoded: str = ""
    doubtful: bool = False

    @property
    def words(self) -> str:
        """What was found, its length and no more of it: fit for a message."""
        doubt = "what looks like " if self.doubtful else ""
        how = f", in {self.encoded}" if self.encoded else ""
        return f"{doubt}{self.kind} ({len(self.value)} characters{how})"


class Taken:
    """Ranges that do not overlap; a range is anything with a start and an end that can be compared."""

    def __init__(self) -> None:
        self._starts: list[Any] = []
        self._ends: list[Any] = []

    def take(self, start: Any, end: Any) -> bool:
        """Take a range if all of it is free; False if it is not."""
        index = bisect_left(self._starts, end)
        if index and self._ends[index - 1] > start:
            return False
        self._starts.insert(index, start)
        self._ends.insert(index, end)
        return True


def without_overlap(found: Iterable[Secret]) -> list[Secret]:
    """Of secrets that share text only the first in the list, in the order in which they stand."""
    taken = Taken()
    kept = [secret for secret in found if taken.take(secret.start, secret.end)]
    return sorted(kept, key=lambda secret: secret.start)
