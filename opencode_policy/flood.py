"""A bound on how often one thing is said of one file.

A file of ten megabytes can break a rule a million times. Nobody reads that, and a report of it takes longer
than the check; what is left out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

MOST = 100
"""Findings of one rule in one file that are listed."""

T = TypeVar("T")
Key = tuple[str, str]
"""A file and a rule."""


def dammed(items: Iterable[T], key: Callable[[T], Key], surplus: Counter[Key]) -> list[T]:
    """The first of the items of each key; `surplus` counts the others."""
    seen: Counter[Key] = Counter()
    kept: list[T] = []
    for item in items:
        name = key(item)
        seen[name] += 1
        if seen[name] <= MOST:
            kept.append(item)
    surplus.update({name: count - MOST for name, count in seen.items() if count > MOST})
    return kept


def words(surplus: Counter[Key]) -> list[str]:
    """What is not listed, file by file."""
    return [
        f"{path}: {count} more findings of {rule} are not listed"
        for (path, rule), count in sorted(surplus.items())
    ]
