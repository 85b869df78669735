from __future__ import annotations

from opencode_policy.report.style import Style
from opencode_policy.report.table import Cell, cell, table

PLAIN = Style(enabled=False)


def test_columns_are_aligned_and_the_last_one_wraps() -> None:
    rows = [(cell("a"), cell("one two three four five six seven")), (cell("longer"), cell("x"))]
    assert table(rows, PLAIN, total=32) == [
        "a       one two three four five",
        "        six seven",
        "longer  x",
    ]


def test_a_column_wraps_at_its_limit() -> None:
    rows = [(cell("A-01, A-02, A-03"), cell("words"))]
    assert table(rows, PLAIN, total=60, indent=2, limits=(10,)) == ["  A-01,       words", "  A-02, A-03"]


def test_wide_characters_keep_the_columns() -> None:
    rows = [(cell("日本"), cell("x")), (cell("ab"), cell("y"))]
    assert table(rows, PLAIN, total=40) == ["日本  x", "ab    y"]


def test_lines_of_a_cell_wrap_on_their_own() -> None:
    rows = [(cell("id"), Cell(("title", "one two three four five six"), hang=2))]
    assert table(rows, PLAIN, total=28) == ["id  title", "    one two three four five", "      six"]


def test_colour_does_not_change_the_width() -> None:
    rows = [(cell("a", "red"), cell("x")), (cell("bb"), cell("y"))]
    assert table(rows, Style(enabled=True), total=40) == ["\x1b[1;31ma\x1b[0m   x", "bb  y"]


def test_no_rows_no_lines() -> None:
    assert table([], PLAIN, total=40) == []
