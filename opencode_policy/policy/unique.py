"""Names that must stand for one thing only."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from opencode_policy.policy.document import PolicyDocument
from opencode_policy.policy.mistakes import Mistake
from opencode_policy.policy.places import Step, place_of

Named = tuple[Hashable, tuple[Step, ...]]
"""What must be unique, and the path of the value that says it."""


def repeated(document: PolicyDocument[Any], names: Iterable[Named], what: str) -> Iterator[Mistake]:
    """A mistake for every name that an earlier item of the same file already has."""
    first: dict[Hashable, tuple[Step, ...]] = {}
    for name, path in names:
        if name not in first:
            first[name] = path
            continue
        line = place_of(document.root, first[name]).location.line
        yield document.mistake(path, f"{what} is already used in line {line}")
