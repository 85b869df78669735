from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.location import Location
from opencode_policy.redact import MASK, Redactor, merged, redact
from opencode_policy.spellings import SHORTEST

PHRASE = "correct horse/battery+staple"


def test_spans_are_replaced_and_neighbours_share_a_mask() -> None:
    assert redact("abcdefgh", [(4, 6), (1, 3), (2, 4)]) == f"a{MASK}gh"
    assert redact("abc", [(1, 1)]) == "abc"


def test_merged_keeps_what_is_apart() -> None:
    assert merged([(5, 6), (0, 2), (3, 3)]) == [(0, 2), (5, 6)]


def test_a_redactor_that_knows_nothing_changes_nothing() -> None:
    redactor = Redactor()
    assert not redactor
    assert redactor.text(PHRASE) == PHRASE


def test_a_mask_is_shorter_than_anything_searched_for() -> None:
    assert len(MASK) < SHORTEST


def test_short_values_are_not_searched_for() -> None:
    assert Redactor(["short"]).text("a short text") == "a short text"


@pytest.mark.parametrize(
    "text",
    [
        PHRASE,
        json.dumps(PHRASE),
        PHRASE.replace("/", "\\/"),
        quote(PHRASE),
        quote(PHRASE, safe=""),
        PHRASE.encode().hex(),
        PHRASE.encode().hex().upper(),
        base64.b64encode(PHRASE.encode()).decode(),
        base64.b64encode(f"user:{PHRASE}".encode()).decode(),
        base64.b64encode(f"x{PHRASE}yz".encode()).decode(),
        base64.urlsafe_b64encode(f"??{PHRASE}??".encode()).decode(),
        base64.b64encode(base64.b64encode(f"u:{PHRASE}".encode())).decode(),
    ],
)
def test_every_spelling_is_masked(text: str) -> None:
    shown = Redactor([PHRASE]).text(f"before {text} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert MASK in shown
    assert len(shown) < len(text)


def test_quotes_are_masked_as_yaml_and_json_write_them() -> None:
    phrase = 'it\'s "quoted" & <so>'
    redactor = Redactor([phrase])
    go = json.dumps(phrase).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    for text in (phrase.replace("'", "''"), json.dumps(phrase)[1:-1], go[1:-1], repr(phrase)[1:-1]):
        assert redactor.text(text) == MASK


def test_each_line_of_a_long_secret_is_masked_alone() -> None:
    key = "first-half-of-it\n  second-half-of-it\n"
    redactor = Redactor([key])
    assert redactor.text("  second-half-of-it") == f"  {MASK}"
    assert redactor.text("first-half-of-it!") == f"{MASK}!"


def test_overlapping_occurrences_leave_no_rest() -> None:
    assert Redactor(["abababab"]).text("xabababababy") == f"x{MASK}y"


def test_a_mask_that_completes_another_secret_is_masked_too() -> None:
    redactor = Redactor(["inner-secret", "outer***secret"])
    assert redactor.text("outerinner-secretsecret") == MASK


@given(
    st.lists(st.text("ab", min_size=SHORTEST, max_size=12), min_size=1, max_size=3),
    st.text("ab", max_size=60),
)
def test_many_secrets_are_masked_as_few_are(few: list[str], text: str) -> None:
    others = [f"{number:0{SHORTEST}}" for number in range(300)]
    assert Redactor([*few, *others]).text(text) == Redactor(few).text(text)


class TestLines:
    LINE = "  password: hunter2  # note"

    def test_a_hidden_region_is_masked_whatever_stands_there(self) -> None:
        redactor = Redactor(regions=[Location("a.yaml", 3, 13, 3, 20)])
        line = redactor.line("a.yaml", 3, self.LINE)
        assert line.text == f"  password: {MASK}  # note"
        assert redactor.line("a.yaml", 4, self.LINE).text == self.LINE
        assert redactor.line("b.yaml", 3, self.LINE).text == self.LINE

    def test_offsets_follow_the_mask(self) -> None:
        line = Redactor(regions=[Location("a.yaml", 3, 13, 3, 20)]).line("a.yaml", 3, self.LINE)
        assert (line.start(12), line.end(19)) == (12, 15)
        assert line.text[line.start(21) : line.end(27)] == "# note"
        assert (line.start(14), line.end(14)) == (12, 15)
        assert (line.start(2), line.end(10)) == (2, 10)

    def test_an_empty_region_hides_the_line(self) -> None:
        redactor = Redactor(regions=[Location("a.yaml", 3, 5, 3, 5)])
        assert redactor.line("a.yaml", 3, self.LINE).text == MASK

    def test_a_region_of_several_lines_hides_them(self) -> None:
        redactor = Redactor(regions=[Location("a.yaml", 1, 6, 3, 4)])
        shown = [redactor.line("a.yaml", number, "key: value").text for number in (1, 2, 3, 4)]
        assert shown == [f"key: {MASK}", MASK, f"{MASK}: value", "key: value"]

    def test_a_region_that_ends_before_a_line_leaves_it(self) -> None:
        redactor = Redactor(regions=[Location("a.yaml", 1, 1, 2, 1)])
        assert redactor.line("a.yaml", 2, "next").text == "next"

    def test_touches_says_where_secrets_are(self) -> None:
        redactor = Redactor([PHRASE], [Location("a.yaml", 1, 1, 1, 2)])
        assert redactor.touches("a.yaml", "")
        assert redactor.touches("b.yaml", f"x: {PHRASE}")
        assert not redactor.touches("b.yaml", "x: y")


texts = st.text(max_size=40)
secrets = st.text(min_size=SHORTEST, max_size=30)


@given(secrets, texts, texts)
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    assert secret not in redactor.text(before + secret + after)
    assert secret not in redactor.line("a", 1, before + secret + after).text


@given(st.lists(secrets, min_size=1, max_size=4), texts)
def test_masking_twice_changes_nothing(values: list[str], text: str) -> None:
    redactor = Redactor(values)
    once = redactor.text("".join(values) + text)
    assert redactor.text(once) == once


@given(secrets, st.binary(max_size=5), st.binary(max_size=5))
def test_no_secret_survives_in_base64(secret: str, before: bytes, after: bytes) -> None:
    data = before + secret.encode(errors="surrogatepass") + after
    shown = Redactor([secret]).text(base64.b64encode(data).decode())
    assert MASK in shown
    rest = base64.b64encode(secret.encode(errors="surrogatepass")).decode().rstrip("=")
    assert rest[: len(rest) - 1] not in shown


@given(texts, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))), st.integers(0, 40))
def test_offsets_stay_inside_the_masked_line(text: str, spans: list[tuple[int, int]], offset: int) -> None:
    regions = [Location("a", 1, min(span) + 1, 1, max(span) + 1) for span in spans]
    line = Redactor(regions=regions).line("a", 1, text)
    offset = min(offset, len(text))
    assert 0 <= line.start(offset) <= line.end(offset) <= len(line.text)
