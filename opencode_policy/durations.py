"""Durations as Gateway API and Envoy Gateway write them: `15s`, `1h30m`, `0s`.

The grammar is GEP-2257's, and the pattern of the custom resource definitions: one to four numbers of one to
five digits, each with a unit, in any order. What stands twice adds up (Go, time.ParseDuration).
"""

from __future__ import annotations

import re

from opencode_policy.lean import dataclass

_PARTS = re.compile(r"(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}", re.ASCII)
_PART = re.compile(r"([0-9]+)(ms|h|m|s)", re.ASCII)
_MILLISECONDS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


class DurationError(ValueError):
    """A text is no duration."""


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole milliseconds."""

    milliseconds: int

    def __bool__(self) -> bool:
        return self.milliseconds != 0

    def __str__(self) -> str:
        """The shortest text that says the same: `1h30m`, `0s`."""
        rest, words = self.milliseconds, ""
        for unit, size in _MILLISECONDS.items():
            count, rest = divmod(rest, size)
            words += f"{count}{unit}" if count else ""
        return words or "0s"


def parse_duration(text: str) -> Duration:
    """Read a duration. Raises DurationError for what the API server would refuse, a bare `0` included."""
    if not _PARTS.fullmatch(text):
        raise DurationError(text)
    parts = _PART.findall(text)
    return Duration(sum(int(count) * _MILLISECONDS[unit] for count, unit in parts))
