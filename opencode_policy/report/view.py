"""What reporters see of a run: the result, and lines of the tree, with every secret already masked.

A reporter gets a `View` and nothing else, so none can forget to mask. Masking goes through every text of
the result except the words listed in `_OWN_WORDS`; a field that is added to the result later is masked
without anyone thinking of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

from opencode_policy.finding import Result
from opencode_policy.lean import dataclass, replace
from opencode_policy.location import Location
from opencode_policy.redact import Redactor
from opencode_policy.rules.catalogue import RuleInfo
from opencode_policy.source import Source

_OWN_WORDS = frozenset({"id", "requirements", "rule", "severity", "status"})
"""Fields that hold words of the tool and of the policy, never of the tree."""

BYTE_ORDER_MARK = "\ufeff"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Passage:
    """The first line of a region, fit to be printed; `start` and `end` are offsets into `text`."""

    number: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class View:
    """A run as reporters see it. Build it with `view`."""

    result: Result
    catalogue: Mapping[str, RuleInfo]
    _sources: Mapping[str, Source]
    _redactor: Redactor
    _marked: frozenset[str]

    def passage(self, location: Location) -> Passage | None:
        """The line at a location and the part of it the location covers; None for an unread file."""
        source = self._sources.get(location.path)
        if source is None or not 1 <= location.line <= len(source.line_starts):
            return None
        raw = source.line(location.line)
        line = self._redactor.line(source.path, location.line, raw)
        start = min(location.column - 1, len(raw))
        end = len(raw) if location.end_line > location.line else min(location.end_column - 1, len(raw))
        return Passage(location.line, line.text, line.start(start), line.end(max(start, end)))

    def before(self, path: str, line: int, column: int) -> str:
        """Raw text of a line before a column: for counting units only, never to be printed."""
        source = self._sources.get(path)
        return source.line(line)[: column - 1] if source else ""

    def hashable(self, path: str) -> str | None:
        """Text of a file as it is on disk, byte order mark included, to be hashed line by line.

        None for a file that was not read, and for one with a secret: its hash could be reversed.
        """
        source = self._sources.get(path)
        if source is None or self._redactor.touches(source.path, source.text):
            return None
        return BYTE_ORDER_MARK + source.text if path in self._marked else source.text


def view(
    result: Result,
    sources: Mapping[str, Source],
    catalogue: Mapping[str, RuleInfo],
    redactor: Redactor,
) -> View:
    """The view of a run. A path that holds a secret is masked as well, and found under its mask."""
    marked = frozenset(
        redactor.text(finding.location.path)
        for finding in result.findings
        if finding.rule == "file-byte-order-mark"
    )
    known = {redactor.text(path): source for path, source in sources.items()} if redactor else sources
    return View(masked(result, redactor), catalogue, known, redactor, marked)


def masked(value: T, redactor: Redactor) -> T:
    """A copy of a value of the result in which every text of the tree is masked."""
    return _masked(value, cache(redactor.text)) if redactor else value


def _masked(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_masked(item, clean) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {
        field.name: _masked(getattr(value, field.name), clean)
        for field in fields(value)
        if field.name not in _OWN_WORDS
    }
    return replace(value, **changed)
