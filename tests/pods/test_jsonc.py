"""JSONC against Python's own JSON, and the places of what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.jsonc import Inserted, Json, JsoncError, parse_jsonc


def plain(value: Json) -> Any:
    if isinstance(value.content, dict):
        return {name: plain(item) for name, item in value.entries.items()}
    if isinstance(value.content, tuple):
        return [plain(item) for item in value.items]
    return value.content


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_json_is_read_as_python_reads_it(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(parse_jsonc(text)) == json.loads(text)


@given(st.text(alphabet='{}[]",: /*tru0e\\n', max_size=40))
def test_only_comments_and_trailing_commas_are_more_than_python_accepts(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        if "/" not in text and not re.search(r",\s*[]}]", text):
            with pytest.raises(JsoncError):
                parse_jsonc(text)
    else:
        assert plain(parse_jsonc(text)) == expected


def test_comments_and_trailing_commas_are_allowed() -> None:
    text = '// first\n{"a": [1, 2,], /* b: { */ "c": "//d",}\n// last'
    assert plain(parse_jsonc(text)) == {"a": [1, 2], "c": "//d"}


def test_a_value_knows_where_it_stands() -> None:
    text = '{"a": [true, "b"]}'
    item = parse_jsonc(text).entries["a"].items[1]
    assert text[item.start : item.end] == '"b"'


def test_what_opencode_inserts_is_no_error() -> None:
    assert plain(parse_jsonc('{"port": {env:PORT}, "key": "{env:KEY}"}')) == {
        "port": Inserted("{env:PORT}"),
        "key": "{env:KEY}",
    }


@pytest.mark.parametrize(
    ("text", "rest", "message"),
    [
        ("{'a': 1}", "'a': 1}", "a name in double quotes is missing"),
        ('{"a" 1}', "1}", "':' is missing behind a name"),
        ('{"a": 1 "b": 2}', '"b": 2}', "'}' is missing at the end of the object, or ',' between its members"),
        ('["a" "b"]', '"b"]', "']' is missing at the end of the list, or ',' between its items"),
        ('{"a": yes}', "yes}", "'yes' is no JSON value"),
        ('{"a": }', "}", "a value is missing"),
        ('{"a": 01}', "01}", "a value is missing"),
        ('"a\n"', '"a\n"', "this string does not end on its line, or holds what JSON does not allow"),
        ("{} {}", "{}", "there is more behind the end of the value"),
        ("", "", "a value is missing"),
        ("/* {", "/* {", "a value is missing"),
    ],
)
def test_an_error_stands_where_it_is(text: str, rest: str, message: str) -> None:
    with pytest.raises(JsoncError) as caught:
        parse_jsonc(text)
    assert (text[caught.value.start :], str(caught.value)) == (rest, message)


def test_deep_nesting_is_an_error() -> None:
    with pytest.raises(JsoncError, match="nested deeper"):
        parse_jsonc("[" * 100_000)
