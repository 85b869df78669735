from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.report.excerpt import Excerpt, excerpt
from opencode_policy.report.view import Passage
from opencode_policy.report.visible import width


def underlined(shown: Excerpt) -> str:
    """Text above the underline; only for lines of narrow characters."""
    return shown.text[shown.indent : shown.indent + shown.length]


def test_a_short_line_is_shown_as_it_is() -> None:
    assert excerpt(Passage(1, "  size: 5Gi", 8, 11), 40) == Excerpt("  size: 5Gi", 8, 3)


def test_tabs_become_spaces_up_to_the_next_stop() -> None:
    shown = excerpt(Passage(1, "a\tkey: v\t# x", 7, 8), 40)
    assert shown.text == "a   key: v  # x"
    assert underlined(shown) == "v"


def test_wide_and_combining_characters_count_as_cells() -> None:
    shown = excerpt(Passage(1, "名前: e\u0301日 x", 4, 7), 40)
    assert (shown.indent, shown.length) == (6, 3)


def test_control_characters_are_escaped_and_counted() -> None:
    shown = excerpt(Passage(1, "\x1b[2Jkey: v", 9, 10), 40)
    assert shown.text == "\\x1b[2Jkey: v"
    assert underlined(shown) == "v"


def test_a_runner_command_is_broken_up() -> None:
    assert excerpt(Passage(1, "##[error]x", 9, 10), 40).text == "#\\x23[error]x"
    assert excerpt(Passage(1, "###vso[x]", 8, 9), 40).text == "##\\x23vso[x]"


def test_an_empty_region_gets_one_caret() -> None:
    assert excerpt(Passage(1, "key:", 4, 4), 40) == Excerpt("key:", 4, 1)


LONG = "".join(f"{number:03} " for number in range(100))


@pytest.mark.parametrize(
    ("start", "text", "marked"),
    [
        (0, "000 001 002 003 004 005 006 007 00...", "000"),
        (200, "...47 048 049 050 051 052 053 054 055...", "050"),
        (396, "...1 092 093 094 095 096 097 098 099 ", "099"),
    ],
)
def test_a_long_line_is_cut_around_the_underline(start: int, text: str, marked: str) -> None:
    shown = excerpt(Passage(1, LONG, start, start + 3), 40)
    assert shown.text == text
    assert underlined(shown) == marked


def test_an_underline_longer_than_the_window_ends_with_it() -> None:
    shown = excerpt(Passage(1, LONG, 8, 400), 40)
    assert shown.text.endswith("...")
    assert shown.indent + shown.length == len(shown.text) - 3


@given(
    st.text(alphabet="ab\t日\u0301\x1b #[v", max_size=80),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(20, 60),
)
def test_the_underline_stays_under_the_line(text: str, first: int, second: int, limit: int) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    shown = excerpt(Passage(1, text, start, end), limit)
    assert shown.text.isprintable()
    assert "##[" not in shown.text
    assert shown.length >= 1
    assert width(shown.text) <= limit
    assert shown.indent + shown.length <= max(width(shown.text), shown.indent + 1)


def test_a_line_of_megabytes_is_looked_at_only_around_the_underline() -> None:
    line = "x" * 5_000_000 + "here" + "y" * 5_000_000
    shown = excerpt(Passage(1, line, 5_000_000, 5_000_004), 40)
    assert shown.text == "..." + "x" * 11 + "here" + "y" * 19 + "..."
    assert underlined(shown) == "here"
