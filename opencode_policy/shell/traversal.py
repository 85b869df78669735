"""Every word of a script, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from opencode_policy.shell.syntax import Sequence, Word


def words_of(statements: Sequence) -> Iterator[Word]:
    """All words below some statements: of commands, redirections, assignments, and of what they expand."""
    pending: list[Any] = [statements]
    while pending:
        item = pending.pop()
        if isinstance(item, Word):
            yield item
        if isinstance(item, tuple | list):
            pending.extend(item)
        elif is_dataclass(item):
            pending.extend(getattr(item, field.name) for field in fields(item))
