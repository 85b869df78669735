from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.report.visible import brief, visible, width, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b2J", "\\x9b2J"),
        ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("no\u00a0break", "no\\xa0break"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("\udcff.yaml", "\\udcff.yaml"),
        ("日本 é 😀", "日本 é 😀"),
        ("##[error]x ##vso[task] ## title", "#\\x23[error]x #\\x23vso[task] ## title"),
    ],
)
def test_only_what_is_printable_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("😀", 2), ("", 0)])
def test_width_counts_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_lines_break_at_spaces() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("日本 日本 日本", 9) == ["日本 日本", "日本"]
    assert wrap("", 7) == [""]


def test_a_long_word_is_not_broken() -> None:
    assert wrap("a very-long-word b", 6) == ["a", "very-long-word", "b"]


def test_lines_after_the_first_may_hang() -> None:
    assert wrap("one two three four", 9, hang=2) == ["one two", "  three", "  four"]


def test_no_line_begins_with_a_workflow_command() -> None:
    assert wrap("::error::x", 40) == ["\\x3a:error::x"]
    assert wrap("aaaa ::error::x", 8, hang=2) == ["aaaa", "  \\x3a:error::x"]
    assert wrap("see ::1", 40) == ["see ::1"]


@given(st.text())
def test_nothing_unprintable_remains(text: str) -> None:
    assert visible(text).isprintable()
    assert all(line.isprintable() for line in wrap(text, 20))


@given(st.text(alphabet="ab 日\u0301", max_size=60), st.integers(4, 30))
def test_wrapping_keeps_words_and_width(text: str, limit: int) -> None:
    lines = wrap(text, limit)
    assert " ".join(lines).split() == text.split()
    assert all(width(line) <= limit or " " not in line.strip() for line in lines)


def test_a_message_that_quotes_a_book_is_cut() -> None:
    assert brief("\x1b" * 5_000_000) == "\\x1b" * 1000 + "..."
    assert brief("x" * 1000) == "x" * 1000
