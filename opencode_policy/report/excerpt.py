"""One source line as a terminal shows it, with the cells that an underline covers."""

from __future__ import annotations

from collections.abc import Sequence

from opencode_policy.lean import dataclass
from opencode_policy.report.view import Passage
from opencode_policy.report.visible import visible, width

TAB_STOP = 4
CUT = "..."
_REACH = 4
"""Characters looked at on either side for each cell there is; some take no cell, none fills a line alone."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A printable line and its underline: cells before it and cells it covers, at least one."""

    text: str
    indent: int
    length: int


def excerpt(passage: Passage, limit: int) -> Excerpt:
    """The line of a passage in at most `limit` cells; what is cut off shows as three dots."""
    left = max(0, passage.start - _REACH * limit)
    right = passage.start + _REACH * limit
    shown = _cells(passage.text[left:right])
    widths = [width(cell) for cell in shown]
    start, end = passage.start - left, passage.end - left
    first, last = _window(widths, start, limit)
    before = CUT if left or first else ""
    after = CUT if right < len(passage.text) or last < len(shown) else ""
    indent = len(before) + sum(widths[first:start])
    length = sum(widths[start : min(end, last)])
    return Excerpt(before + "".join(shown[first:last]) + after, indent, max(1, length))


def _cells(text: str) -> list[str]:
    """What is shown for each character: tabs as spaces up to the next stop, the unprintable escaped."""
    shown: list[str] = []
    column = 0
    for char in text:
        cell = " " * (TAB_STOP - column % TAB_STOP) if char == "\t" else visible(char)
        shown.append(cell)
        column += width(cell)
    return _tamed(shown)


def _tamed(shown: list[str]) -> list[str]:
    """Break up `##[`, which begins a command of a CI runner, and is seen only in the line as a whole."""
    for index in range(len(shown) - 2):
        if shown[index : index + 2] == ["#", "#"] and shown[index + 2] in ("[", "v"):
            shown[index + 1] = "\\x23"
    return shown


def _window(widths: Sequence[int], start: int, limit: int) -> tuple[int, int]:
    """Range of characters to show: all, or those around the underline, a third of them before it."""
    if sum(widths) <= limit:
        return 0, len(widths)
    room = max(limit - 2 * len(CUT), 1)
    first = _back(widths, start, room // 3)
    last = _forth(widths, first, room)
    if last == len(widths):
        first = _back(widths, last, room)
    return first, max(last, min(start + 1, len(widths)))


def _back(widths: Sequence[int], index: int, room: int) -> int:
    """How far to the left one may go from `index` within `room` cells."""
    while index > 0 and widths[index - 1] <= room:
        index -= 1
        room -= widths[index]
    return index


def _forth(widths: Sequence[int], index: int, room: int) -> int:
    """How far to the right one may go from `index` within `room` cells."""
    while index < len(widths) and widths[index] <= room:
        room -= widths[index]
        index += 1
    return index
