"""Broken files: any bytes, a real file that was damaged, a real document with anything in any place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from opencode_policy.parse import parse
from opencode_policy.scalars import to_python
from opencode_policy.source import Source

TOKENS = (
    *(
        "---",
        "...",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "|",
        ">-",
        "&a ",
        "*a",
        "!!str ",
        "<<: *a",
        "#",
        "\t",
    ),
    *(
        "\n",
        "\r\n",
        "\0",
        "\ufeff",
        "\u2028",
        "${",
        "}",
        "$$",
        "%YAML 1.2",
        "? ",
        "null",
        "~",
        "0x",
        "1e999",
        ".nan",
    ),
    *(
        "$(",
        "`",
        "<<EOF",
        "\\",
        ";",
        "&&",
        "case x in",
        "esac",
        "if",
        "fi",
        "function f() {",
        "${a[$b]}",
        "((",
        "))",
    ),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ("5Gi", "", "/", "..", "a/b", "${X}", "https://x", "-1", "0", "*", "1h", "100m", "\n", "name: x")
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("name", "kind", "spec", "key", "path", "", "0", "metadata")), inner, max_size=3
        )
    ),
    max_leaves=5,
)


def damaged(text: str) -> st.SearchStrategy[bytes]:
    """The text with up to four cuts, repetitions and insertions; not always UTF-8 afterwards."""
    data = text.encode()
    at = st.integers(0, len(data))
    what = st.binary(max_size=4) | st.sampled_from(TOKENS).map(str.encode)
    edits = st.lists(st.tuples(at, st.integers(0, 60), what, st.booleans()), min_size=1, max_size=4)
    return edits.map(lambda made: _edited(data, made))


def _edited(data: bytes, edits: list[tuple[int, int, bytes, bool]]) -> bytes:
    for start, length, new, again in edits:
        old = data[start : start + length]
        data = data[:start] + new + (old * 2 if again else b"") + data[start + length :]
    return data


def confused(text: str) -> st.SearchStrategy[bytes]:
    """The documents of a manifest with another value in one or two places, as JSON, which is YAML."""
    documents = [to_python(item.root) for item in parse(Source("a.yaml", text)).documents if item.root]
    places = [(index, *path) for index, value in enumerate(documents) for path in _paths(value)]
    edits = st.lists(st.tuples(st.sampled_from(places), VALUES), min_size=1, max_size=2)
    return edits.map(lambda made: _written([_with(documents, made)]))


def _paths(value: Any) -> list[tuple[Any, ...]]:
    """Paths of everything inside a value, and of the value itself."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [(), *((key, *path) for key, item in inside for path in _paths(item))]


def _with(value: Any, edits: list[tuple[tuple[Any, ...], Any]]) -> Any:
    for path, new in edits:
        value = _put(value, path, new)
    return value


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict) and first in value:
        return {**value, first: _put(value[first], tuple(rest), new)}
    if isinstance(value, list) and first in range(len(value)):
        return [_put(item, tuple(rest), new) if index == first else item for index, item in enumerate(value)]
    return value


def _written(found: list[Any]) -> bytes:
    [documents] = found
    texts = (
        [json.dumps(item, ensure_ascii=False) for item in documents] if isinstance(documents, list) else []
    )
    return "".join(f"---\n{text}\n" for text in texts).encode("utf-8", "surrogatepass")


def broken(text: str, *, manifest: bool) -> st.SearchStrategy[bytes]:
    """A file in place of one with this text."""
    kinds: list[Callable[[str], st.SearchStrategy[bytes]]] = [damaged, lambda _: st.binary(max_size=200)]
    if manifest:
        kinds += [confused, confused]
    return st.one_of([kind(text) for kind in kinds])
