"""What a detector finds."""

from __future__ import annotations

from dataclasses import field

from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text.

    `kind` says what it is, with its article (`a GitHub token`); `start` and `end` are offsets into the text.
    `certain` is True where a checksum or the structure proves it, False where it only looks like one.
    `value` is the secret itself, decoded where it stood in base64; it is never part of the repr.
    """

    kind: str
    start: int
    end: int
    certain: bool
    value: str = field(repr=False)


def without_overlap(found: list[Secret]) -> list[Secret]:
    """Of secrets that share text only the first in the list, in the order in which they stand."""
    kept: list[Secret] = []
    for secret in found:
        if all(secret.end <= other.start or other.end <= secret.start for other in kept):
            kept.append(secret)
    return sorted(kept, key=lambda secret: secret.start)
