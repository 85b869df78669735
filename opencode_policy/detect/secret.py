"""What a detector finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text.

    `kind` says what it is, with its article (`a GitHub token`); `start` and `end` are offsets into the text.
    `certain` is True where its form alone proves it, False where only its name or its surroundings say so;
    `doubtful` where it has the form without the proof (a checksum that does not fit). `value` is the secret
    itself, decoded where it stood in base64 (`encoded`); it is never part of the repr.
    """

    kind: str
    start: int
    end: int
    certain: bool
    value: str = field(repr=False)
    encoded: bool = False
    doubtful: bool = False

    @property
    def words(self) -> str:
        """What was found, its length and no more of it: fit for a message."""
        doubt = "what looks like " if self.doubtful else ""
        how = ", in base64" if self.encoded else ""
        return f"{doubt}{self.kind} ({len(self.value)} characters{how})"


def without_overlap(found: Iterable[Secret]) -> list[Secret]:
    """Of secrets that share text only the first in the list, in the order in which they stand."""
    kept: list[Secret] = []
    for secret in found:
        if all(secret.end <= other.start or other.end <= secret.start for other in kept):
            kept.append(secret)
    return sorted(kept, key=lambda secret: secret.start)
