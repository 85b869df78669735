"""A field that is missing where it belongs, but written under another name or at another place."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from opencode_policy.nearest import nearest
from opencode_policy.resource import Field


def mislaid(root: Field, path: tuple[str, ...], known: Collection[str] = ()) -> Field | None:
    """What was probably meant for a missing field: a key with a typing mistake, or its key at another place.

    `path` starts at `root`; `known` are keys that are right as they are, however near they come.
    """
    return _misspelt(root, path, known) or next(_elsewhere(root, path), None)


def _misspelt(root: Field, path: tuple[str, ...], known: Collection[str]) -> Field | None:
    field = root
    for step in path:
        if not field[step].exists:
            others = [key for key, _ in field.entries() if key not in known]
            close = nearest(step, others)
            return field[close] if close else None
        field = field[step]
    return None


def _elsewhere(root: Field, path: tuple[str, ...]) -> Iterator[Field]:
    """Fields of the same key, none of them at the path itself; depth is bounded by the parser."""
    right = (*root.path, *path)
    pending = [root]
    while pending:
        for key, field in pending.pop().entries():
            if key == path[-1] and field.path != right:
                yield field
            pending.append(field)
