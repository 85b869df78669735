"""No report shows a secret: not in any field, not in any spelling, not cut up by colour."""

from __future__ import annotations

import base64
import json
import re

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from opencode_policy.finding import Evidence, Finding, Gap, Result, RuleFailure, Suppression, Verdict
from opencode_policy.location import Location, Related
from opencode_policy.redact import Redactor
from opencode_policy.report.options import PARTS, Options
from opencode_policy.report.registry import CHECK_FORMATS, TRACE_FORMATS, reporter
from opencode_policy.report.view import View, view
from opencode_policy.resource import ObjectId
from opencode_policy.source import Source
from opencode_policy.spellings import SHORTEST
from tests.report import samples

FORMATS = sorted({*CHECK_FORMATS.values(), *TRACE_FORMATS.values()})
_COLOUR = re.compile("\x1b\\[[0-9;]*m")

one_line = st.text(st.characters(blacklist_characters="\r\n"), min_size=SHORTEST, max_size=24)
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=40)
secrets = st.one_of(printable, one_line, st.text("ab\t\\\"'`/<>&=日😀", min_size=SHORTEST, max_size=16))


def spoken(text: str) -> str:
    """The text plain and in encodings that manifests use."""
    encoded = base64.b64encode(text.encode(errors="surrogatepass")).decode()
    wrapped = base64.b64encode(f"user:{text}".encode(errors="surrogatepass")).decode()
    return f"x {text} y {json.dumps(text)} {encoded} {wrapped} z"


def everywhere(text: str, redactor: Redactor) -> View:
    """A view of a result that holds the text in every field that comes from a tree."""
    words = spoken(text)
    path = f"apps/{text}.yaml"
    source = Source(path, f"first: 1\nkey: {words} # {text}\n{words}\n")
    places = [Location(path, line, column, line, column + 9) for line in (1, 2, 3) for column in (1, 8)]
    places.append(Location(path, 2, 3, 3, 2))
    related = tuple(Related(words, place) for place in places)
    identity = ObjectId("v1", words, words, words)
    waiver = Suppression(words, places[1])
    found = (
        *(Finding("style-note", ("SEC-04",), "info", words, at, identity, related, words) for at in places),
        Finding("style-note", ("SEC-04",), "info", words, places[0], None, related, "", waiver),
    )
    evidence = (Evidence("style-note", words, places[2], identity),)
    verdicts = (
        Verdict("SEC-04", words, "violated", words, evidence, found),
        Verdict("SEC-05", words, "satisfied", "", evidence),
        Verdict("SEC-06", words, "not-checked", words),
    )
    gaps = (Gap(words, ("SEC-04",), "style-note", places[3]), Gap(words))
    failures = (RuleFailure("style-note", words, words),)
    result = Result(found, verdicts, gaps, failures, 1, 1)
    return view(result, {path: source}, samples.rules(), redactor)


def reports(seen: View) -> str:
    """Every format, plain and coloured, wide and narrow, everything shown."""
    options = [Options(colour, width, frozenset(PARTS)) for colour in (False, True) for width in (40, 200)]
    return "\n".join(reporter(entry)(seen, each) for entry in FORMATS for each in options)


BARE = reports(everywhere("", Redactor()))


def spellings_of(text: str) -> list[str]:
    """The text as a report might give it away."""
    encoded = base64.b64encode(text.encode(errors="surrogatepass")).decode().rstrip("=")
    escaped = [json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    return [text, encoded, *escaped]


@settings(max_examples=60)
@given(secrets)
def test_no_format_shows_a_secret(secret: str) -> None:
    assume(secret.strip() and not any(spelling in BARE for spelling in spellings_of(secret)))
    shown = reports(everywhere(secret, Redactor([secret])))
    for text in (shown, _COLOUR.sub("", shown), re.sub(r"\s+", "", shown)):
        assert not [spelling for spelling in spellings_of(secret) if spelling in text]


@settings(max_examples=30)
@given(st.lists(secrets.filter(str.strip), min_size=2, max_size=3))
@example(["0" * 8, "0" * 7 + "\x85"])
def test_no_format_shows_a_line_of_a_secret(lines: list[str]) -> None:
    assume(not any(line in BARE for line in lines))
    redactor = Redactor(["\n".join(lines)])
    for line in lines:
        shown = _COLOUR.sub("", reports(everywhere(line, redactor)))
        assert line not in shown


def test_the_law_can_fail() -> None:
    assert "hunter2hunter2" in reports(everywhere("hunter2hunter2", Redactor()))


def test_a_hidden_line_is_shown_by_no_format() -> None:
    value = "pass" + "word"  # short and common: only its place can be hidden
    source = Source("a.yaml", f"key: {value}\n")
    where = samples.place(source, value)
    found = (
        Finding("style-note", (), "error", "a secret in a file", where, None, (Related("here", where),)),
    )
    result = Result(found, (), (), (), 1, 1)
    seen = view(result, {"a.yaml": source}, samples.rules(), Redactor(regions=[where]))
    shown = reports(seen)
    assert value not in shown
    assert "key: ***" in shown
