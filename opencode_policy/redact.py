"""Keep secrets out of everything that is printed.

The engine tells a `Redactor` which values are secret and where secrets stand; the reporters see the tree
only through it (`opencode_policy.report.view`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.spellings import SHORTEST, spellings

MASK = "***"
"""Stands for a secret; shorter than any secret that is searched for, and tells nothing of its length."""

_MANY = 200
"""Spellings from which on it is cheaper to look up every place of a text than to search for each of them."""

Span = tuple[int, int]
"""Half-open range of offsets into a text."""


def redact(text: str, spans: Iterable[Span]) -> str:
    """The text with a mask in place of every span; touching and overlapping spans share one mask."""
    parts: list[str] = []
    position = 0
    for start, end in merged(spans):
        parts += (text[position:start], MASK)
        position = end
    return "".join((*parts, text[position:]))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one; empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


@dataclass(frozen=True, slots=True)
class MaskedLine:
    """A line that may be printed. `steps` are the spans that were masked, one list for each pass."""

    text: str
    steps: tuple[Sequence[Span], ...] = ()

    def start(self, offset: int) -> int:
        """Where a region that began at this offset of the raw line begins now."""
        for spans in self.steps:
            offset = _moved(offset, spans, inside=0)
        return offset

    def end(self, offset: int) -> int:
        """Where a region that ended at this offset of the raw line ends now."""
        for spans in self.steps:
            offset = _moved(offset, spans, inside=len(MASK))
        return offset


class Redactor:
    """Knows the secrets of a run. `add` and `hide` fill it; everything else only reads."""

    __slots__ = ("_beginnings", "_regions", "_spellings")

    def __init__(self, secrets: Iterable[str] = (), regions: Iterable[Location] = ()) -> None:
        self._spellings: set[str] = set()
        self._beginnings: dict[str, list[str]] = {}
        self._regions: dict[str, list[Location]] = {}
        for secret in secrets:
            self.add(secret)
        for region in regions:
            self.hide(region)

    def __bool__(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self._spellings or self._regions)

    def add(self, secret: str) -> None:
        """Mask this value, and each line of it, wherever it occurs and however it is encoded.

        Values under `spellings.SHORTEST` characters are not searched for; `hide` the place of such a one.
        """
        for spelling in spellings(secret) - self._spellings:
            self._spellings.add(spelling)
            self._beginnings.setdefault(spelling[:SHORTEST], []).append(spelling)

    def hide(self, location: Location) -> None:
        """Mask a region of a file whenever one of its lines is printed, whatever stands there."""
        self._regions.setdefault(location.path, []).append(location)

    def hides(self, location: Location) -> bool:
        """Whether any part of a place is masked whatever stands there."""
        regions = self._regions.get(location.path, ())
        return any(_start(item) < _end(location) and _start(location) < _end(item) for item in regions)

    def text(self, text: str) -> str:
        """The text without any secret."""
        spans = self._found(text)
        while spans:  # a mask may complete another secret; every pass shortens the text
            text = redact(text, spans)
            spans = self._found(text)
        return text

    def line(self, path: str, number: int, text: str) -> MaskedLine:
        """Line `number` of a file, of which `text` is the raw content, fit to be printed."""
        hidden = [_on_line(region, number, text) for region in self._regions.get(path, ())]
        spans = merged([*self._found(text), *filter(None, hidden)])
        steps: list[Sequence[Span]] = []
        while spans:
            text = redact(text, spans)
            steps.append(spans)
            spans = self._found(text)
        return MaskedLine(text, tuple(steps))

    def touches(self, path: str, text: str) -> bool:
        """Whether a file with this text holds anything secret."""
        return path in self._regions or bool(self._found(text))

    def _found(self, text: str) -> list[Span]:
        return merged(self._looked_up(text) if len(self._spellings) > _MANY else self._searched(text))

    def _searched(self, text: str) -> Iterator[Span]:
        """One search for each spelling: the fastest way as long as there are few."""
        for spelling in self._spellings:
            start = text.find(spelling)
            while start >= 0:
                yield start, start + len(spelling)
                start = text.find(spelling, start + 1)

    def _looked_up(self, text: str) -> Iterator[Span]:
        """One step for each character, however many spellings there are: all have at least SHORTEST."""
        for start in range(len(text) - SHORTEST + 1):
            for spelling in self._beginnings.get(text[start : start + SHORTEST], ()):
                if text.startswith(spelling, start):
                    yield start, start + len(spelling)


def _start(location: Location) -> tuple[int, int]:
    return location.line, location.column


def _end(location: Location) -> tuple[int, int]:
    return location.end_line, location.end_column


def _on_line(region: Location, number: int, text: str) -> Span | None:
    """The part of a line that a region covers; all of the line when that part is empty."""
    if not region.line <= number <= region.end_line:
        return None
    if number == region.end_line > region.line and region.end_column == 1:
        return None
    start = region.column - 1 if number == region.line else 0
    end = region.end_column - 1 if number == region.end_line else len(text)
    span = (start, min(end, len(text)))
    return span if span[0] < span[1] else (0, len(text))


def _moved(offset: int, spans: Sequence[Span], *, inside: int) -> int:
    shift = 0
    for start, end in spans:
        if end <= offset:
            shift += len(MASK) - (end - start)
        elif start < offset:
            return start + shift + inside
    return offset + shift
