"""Aligned columns in a terminal: every column as wide as it needs, the last one wrapped to the rest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from opencode_policy.report.style import Style
from opencode_policy.report.visible import width, wrap

GAP = "  "
NARROWEST = 24
"""The last column never gets less than this, however narrow the terminal."""


class Cell(NamedTuple):
    """Lines of text, each wrapped on its own, in one colour; `hang` indents what is wrapped."""

    lines: tuple[str, ...]
    colour: str | None = None
    hang: int = 0


def cell(text: str, colour: str | None = None) -> Cell:
    """A cell of one text."""
    return Cell((text,), colour)


def table(
    rows: Sequence[Sequence[Cell]],
    style: Style,
    *,
    total: int,
    indent: int = 0,
    limits: Sequence[int] = (),
) -> list[str]:
    """Lines of a table of `total` cells. `limits` are the widest the columns before the last may get."""
    if not rows:
        return []
    widths = _widths(rows, limits)
    rest = total - indent - sum(widths) - len(GAP) * len(widths)
    columns = (*widths, max(rest, NARROWEST))
    return [" " * indent + line for row in rows for line in _row(row, columns, style)]


def _widths(rows: Sequence[Sequence[Cell]], limits: Sequence[int]) -> list[int]:
    """Width of each column but the last: its widest text, unless that passes the limit."""
    count = len(rows[0]) - 1
    found: list[int] = []
    for index in range(count):
        limit = limits[index] if index < len(limits) else max(60 // max(count, 1), NARROWEST)
        texts = (line for row in rows for text in row[index].lines for line in wrap(text, limit))
        found.append(min(limit, max(map(width, texts), default=0)))
    return found


def _row(row: Sequence[Cell], columns: Sequence[int], style: Style) -> list[str]:
    wrapped = [
        [line for text in each.lines for line in wrap(text, size, hang=each.hang)]
        for each, size in zip(row, columns, strict=True)
    ]
    colours = [each.colour for each in row]
    return [_line(parts, columns, colours, style) for parts in zip_longest(*wrapped, fillvalue="")]


def _line(parts: Sequence[str], columns: Sequence[int], colours: Sequence[str | None], style: Style) -> str:
    padded = [
        style(part, colour) + " " * (size - width(part))
        for part, size, colour in zip(parts, columns, colours, strict=True)
    ]
    return GAP.join(padded).rstrip()
