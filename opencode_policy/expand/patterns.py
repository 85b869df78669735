"""Regular expressions of a kustomization: Go's, run here only where they cannot take long."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_PATTERN = 200
"""Longest expression that is run, in characters."""

MAX_REPEATS = 3
"""Unbounded repetitions (`*`, `+`, `{2,}`) that an expression may have; none may stand inside another."""

_NOT_OF_GO = re.compile(r"\\[1-9]|\(\?(?![a-zA-Z]*:|P<)")
"""References back and looks around, which Go refuses."""

_LITERAL = re.compile(r"[A-Za-z0-9_./:@-]*\Z")
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[a-zA-Z]*:|[()]|[*+]|\{\d*,?\d*\}|.", re.DOTALL)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The expression, None where it is not valid or could take long.

    Go's expressions run in linear time, Python's need not: whoever writes the repository could otherwise
    hold the check up for ever.
    """
    if len(pattern) > MAX_PATTERN or not _is_tame(pattern):
        return None
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None


def matches(pattern: str, text: str) -> bool | None:
    """Whether the whole text matches; None where the expression is not run."""
    if pattern == text and _LITERAL.match(pattern):
        return True
    found = compiled(pattern)
    return None if found is None else found.fullmatch(text) is not None


def _is_tame(pattern: str) -> bool:
    """Whether few repetitions stand side by side and none contains another or is of a group."""
    if _NOT_OF_GO.search(pattern):
        return False
    repeats, previous = 0, ""
    for part in _PARTS.findall(pattern):
        if part in ("*", "+") or (part[0] == "{" and len(part) > 1):
            if previous == ")":
                return False
            repeats += 1
        previous = part
    return repeats <= MAX_REPEATS
