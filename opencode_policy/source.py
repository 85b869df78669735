"""One file of the tree that is checked: its text and the way from an offset to a line."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.location import Location


@dataclass(eq=False, slots=True)
class Source:
    """A decoded text file. `path` is POSIX and relative to the repository root; a leading BOM is gone."""

    path: str
    text: str
    executable: bool = False
    _line_starts: list[int] | None = field(default=None, repr=False)

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; LF, CRLF and a lone CR end a line, as in YAML 1.2."""
        if self._line_starts is None:
            self._line_starts = _line_starts(self.text)
        return self._line_starts

    def line(self, number: int) -> str:
        """Text of a line (from 1) without its line break; empty outside the file."""
        starts = self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset into `text`."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def location(self, start: int, end: int) -> Location:
        """Region between two offsets into `text`."""
        line, column = self.position(start)
        end_line, end_column = self.position(max(start, end))
        return Location(self.path, line, column, end_line, end_column)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    append, find = starts.append, text.find
    if "\r" in text:
        return _line_starts_with_cr(text)
    position = find("\n") + 1
    while position:
        append(position)
        position = find("\n", position) + 1
    return starts


def _line_starts_with_cr(text: str) -> list[int]:
    starts = [0]
    for index, char in enumerate(text):
        if char == "\n" or (char == "\r" and text[index + 1 : index + 2] != "\n"):
            starts.append(index + 1)
    return starts
