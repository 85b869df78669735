"""Durations of Gateway API: the grammar of GEP-2257, the arithmetic of Go's time.ParseDuration."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.durations import Duration, DurationError, parse_duration

PATTERN = re.compile(r"^([0-9]{1,5}(h|m|s|ms)){1,4}$")
"""As it stands in the custom resource definitions of HTTPRoute and BackendTrafficPolicy."""

UNITS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
PARTS = st.lists(st.tuples(st.integers(0, 99_999), st.sampled_from(sorted(UNITS))), min_size=1, max_size=4)


def written(parts: list[tuple[int, str]]) -> str:
    return "".join(f"{count}{unit}" for count, unit in parts)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("0m", 0),
        ("0h", 0),
        ("0ms", 0),
        ("15s", 15_000),
        ("015s", 15_000),
        ("3600s", 3_600_000),
        ("60m", 3_600_000),
        ("1h", 3_600_000),
        ("1h30m", 5_400_000),
        ("30m1h", 5_400_000),
        ("1h1h", 7_200_000),
        ("1h2m3s4ms", 3_723_004),
        ("5m1ms", 300_001),
    ],
)
def test_values(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == Duration(milliseconds)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "15", "s", "1d", "1.5h", "-1s", "+1s", "1 s", " 1s", "1s ", "1s\n", "1S", "1H", "1us",
        "100000s", "1h1h1h1h1h", "1sec", "\u0661s", "inf",
    ],
)  # fmt: skip
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(DurationError):
        parse_duration(text)


@given(PARTS)
def test_parts_add_up(parts: list[tuple[int, str]]) -> None:
    assert parse_duration(written(parts)).milliseconds == sum(n * UNITS[unit] for n, unit in parts)


@given(PARTS)
def test_the_order_of_the_parts_does_not_matter(parts: list[tuple[int, str]]) -> None:
    assert parse_duration(written(parts)) == parse_duration(written(parts[::-1]))


@given(PARTS, PARTS)
def test_durations_compare_by_length(one: list[tuple[int, str]], other: list[tuple[int, str]]) -> None:
    left, right = parse_duration(written(one)), parse_duration(written(other))
    assert (left < right) == (left.milliseconds < right.milliseconds)
    assert (left == right) == (hash(left) == hash(right) and str(left) == str(right))


@given(st.integers(0, 99_999 * 3_600_000))
def test_the_canonical_text_says_the_same(milliseconds: int) -> None:
    text = str(Duration(milliseconds))
    assert parse_duration(text) == Duration(milliseconds)
    assert bool(Duration(milliseconds)) == (text != "0s")


@given(st.one_of(st.text("0123456789hms. -", max_size=12), st.text(max_size=8)))
def test_it_takes_exactly_what_the_pattern_takes(text: str) -> None:
    try:
        parse_duration(text)
        taken = True
    except DurationError:
        taken = False
    assert taken == (PATTERN.match(text) is not None and not text.endswith("\n"))
