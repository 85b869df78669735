"""Texts with unknown parts: whatever is said of them holds for every value of these parts."""

from __future__ import annotations

import fnmatch
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.symbolic.parameters import trimmed
from opencode_policy.symbolic.patterns import Piece, literal_of, matches
from opencode_policy.symbolic.symbols import Symbols, cleaned, is_known, rivals

SYMBOLS = Symbols()
UNKNOWN = SYMBOLS.fresh("anything")
FILLED = SYMBOLS.fresh("anything but nothing", filled=True)

texts = st.text("ab/.", max_size=5)
values = st.text("ab/.", max_size=4)
skeletons = st.lists(st.sampled_from(["a", "b", "/", ".", UNKNOWN, FILLED]), max_size=5).map("".join)
patterns = st.lists(st.sampled_from(["a", "b", "/", ".", "*", "?", "[ab]", "[!a]"]), max_size=4).map("".join)


def concrete(text: str, unknown: str, filled: str) -> str:
    return text.replace(UNKNOWN, unknown).replace(FILLED, filled or "a")


@settings(max_examples=200)
@given(skeletons, skeletons, values, values)
def test_equality_holds_for_every_value(left: str, right: str, unknown: str, filled: str) -> None:
    said = SYMBOLS.equal(left, right)
    if said is not None:
        assert (concrete(left, unknown, filled) == concrete(right, unknown, filled)) == said


@settings(max_examples=200)
@given(texts, texts)
def test_equality_of_known_texts_is_decided(left: str, right: str) -> None:
    assert SYMBOLS.equal(left, right) == (left == right)


@settings(max_examples=200)
@given(patterns, skeletons, values, values)
def test_a_match_holds_for_every_value(pattern: str, text: str, unknown: str, filled: str) -> None:
    said = matches(SYMBOLS, ((pattern, False),), text)
    if said is not None:
        assert fnmatch.fnmatchcase(concrete(text, unknown, filled), pattern) == said


@settings(max_examples=200)
@given(patterns, texts)
def test_a_match_of_a_known_text_is_decided(pattern: str, text: str) -> None:
    assert matches(SYMBOLS, ((pattern, False),), text) == fnmatch.fnmatchcase(text, pattern)


@settings(max_examples=200)
@given(st.sampled_from(["#", "##", "%", "%%"]), patterns, skeletons, values, values)
def test_what_is_left_of_a_text_holds_for_every_value(
    operator: str, pattern: str, text: str, unknown: str, filled: str
) -> None:
    found = trimmed(SYMBOLS, text, operator, [Piece(pattern, False)])
    if all(symbol in text for symbol in found if not is_known(symbol)):
        assert concrete(found, unknown, filled) == _trimmed(
            concrete(text, unknown, filled), operator, pattern
        )


def _trimmed(text: str, operator: str, pattern: str) -> str:
    front, sizes = operator[0] == "#", range(len(text) + 1)
    for size in reversed(sizes) if len(operator) == 2 else sizes:
        if fnmatch.fnmatchcase(text[:size] if front else text[len(text) - size :], pattern):
            return text[size:] if front else text[: len(text) - size]
    return text


def test_rivals_differ_and_so_do_their_hashes() -> None:
    symbols = Symbols()
    one, other = symbols.rival("version 1", "login"), symbols.rival("version 2", "login")
    assert symbols.equal(one, other) is False
    hashes = [symbols.derived("sha256sum", text, solid=True) + "  -\n" for text in (one, other)]
    fields = [symbols.derived("cut -c 1-9", text) for text in hashes]
    assert symbols.equal(*hashes) is False
    assert symbols.equal(*fields) is False
    sizes = [symbols.derived("wc -c", text) for text in (one, other)]
    assert symbols.equal(*sizes) is None
    assert rivals(symbols.sources(fields[0])) == {one}


def test_the_same_of_the_same_is_the_same() -> None:
    symbols = Symbols()
    text = symbols.fresh("text")
    assert symbols.derived("sha256sum", text) == symbols.derived("sha256sum", text)
    assert symbols.equal(symbols.fresh("date"), symbols.fresh("date")) is None


def test_nothing_from_outside_is_taken_for_a_symbol() -> None:
    text = cleaned(f"a{UNKNOWN}b")
    assert is_known(text)
    assert re.fullmatch("a.b", text)


def test_the_one_text_of_a_pattern() -> None:
    assert literal_of((("a*", True), ("b", False))) == "a*b"
    assert literal_of((("a*", False),)) is None
