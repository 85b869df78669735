"""A detected secret gets into no text by accident, and its fingerprint tells nothing without the key."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.fingerprint import SHORTEST_KEY, Mark, marker, without_key
from opencode_policy.detect.search import secrets_in
from opencode_policy.detect.secret import Secret
from tests.detect.made import encode, github_token, password

TEXT = github_token(seed=21)
HELD = Concealed(TEXT)
SECRET = Secret("a GitHub personal access token", 0, len(TEXT), True, HELD)

TEXTS: dict[str, Callable[[], object]] = {
    "str": lambda: str(HELD),
    "an f-string": lambda: f"{HELD}",
    "an f-string with a width": lambda: f"{HELD:>50}",
    "format": lambda: "{}".format(HELD),  # noqa: UP032
    "the percent sign": lambda: "%s" % HELD,  # noqa: UP031
    "join": lambda: "".join([HELD]),  # type: ignore[list-item]
    "JSON": lambda: json.dumps({"value": HELD}),
    "adding": lambda: "x" + HELD,  # type: ignore[operator]
    "pickle": lambda: pickle.dumps(HELD),
    "print": lambda: print(HELD),
    "bytes": lambda: bytes(HELD),  # type: ignore[call-overload]
    "a list": lambda: list(HELD),  # type: ignore[call-overload]
}


@pytest.mark.parametrize("way", TEXTS)
def test_it_becomes_no_text(way: str) -> None:
    with pytest.raises(TypeError) as caught:
        TEXTS[way]()
    assert TEXT[4:10] not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("shown", [repr(HELD), repr(SECRET), f"{[SECRET]!r}", SECRET.words])
def test_what_can_be_shown_says_nothing(shown: str) -> None:
    assert "<concealed>" in shown or shown == f"a GitHub personal access token ({len(TEXT)} characters)"
    assert TEXT[4:10] not in shown


def test_a_log_says_nothing(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("x").warning("found %r", SECRET)
    assert "<concealed>" in caplog.text
    assert TEXT[4:10] not in caplog.text


def test_it_can_be_compared_and_counted() -> None:
    assert Concealed(TEXT) in (HELD,)
    assert TEXT in (HELD,)
    assert Concealed("x") not in (HELD,)
    assert 1 not in (HELD,)
    assert {HELD, Concealed(TEXT)} == {HELD}
    assert len(HELD) == len(TEXT)
    assert HELD.reveal() == TEXT


def test_a_changed_copy_keeps_it() -> None:
    assert replace(SECRET, start=1).value is HELD


@pytest.mark.parametrize("store", [copy.deepcopy, asdict, pickle.dumps])
def test_nothing_stores_it(store: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="a secret cannot be stored"):
        store(SECRET)


class TestFingerprints:
    KEY = bytes(range(32))

    def mark(self, text: str, key: bytes = KEY) -> Mark:
        return marker(lambda: key)(Secret("a kind", 0, len(text), True, Concealed(text)))

    def test_kind_length_and_sixteen_digits(self) -> None:
        mark = self.mark(TEXT)
        assert (mark.kind, mark.length) == ("a kind", len(TEXT))
        assert len(mark.fingerprint) == 16
        assert set(mark.fingerprint) <= set("0123456789abcdef")

    def test_computed_apart(self) -> None:
        """HMAC-SHA-256 of RFC 4231, test case 1."""
        assert self.mark("Hi There", b"\x0b" * 20).fingerprint == "b0344c61d8db3853"

    def test_equal_secrets_have_equal_ones_however_they_are_written(self) -> None:
        (plain,) = secrets_in(f"x: {TEXT}")
        (encoded,) = secrets_in(f"x: {encode(f'token={TEXT}')}")
        mark = marker(lambda: self.KEY)
        assert mark(plain).fingerprint == mark(encoded).fingerprint == self.mark(TEXT).fingerprint

    def test_other_secrets_and_other_keys_have_other_ones(self) -> None:
        marks = {
            self.mark(text, key).fingerprint
            for text in (TEXT, password(), "")
            for key in (self.KEY, self.KEY[::-1])
        }
        assert len(marks) == 6

    def test_without_a_key_there_is_none(self) -> None:
        assert without_key(SECRET) == Mark(SECRET.kind, len(TEXT), "")
        assert self.mark(TEXT, b"x" * (SHORTEST_KEY - 1)).fingerprint == ""

    def test_the_key_is_asked_for_once_and_only_for_a_secret(self) -> None:
        asked: list[int] = []

        def key() -> bytes:
            asked.append(1)
            return self.KEY

        mark = marker(key)
        assert asked == []
        mark(SECRET)
        mark(SECRET)
        assert asked == [1]
