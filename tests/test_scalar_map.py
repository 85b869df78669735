"""From an offset in a value to the character that was written."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from opencode_policy.nodes import MappingNode, ScalarNode
from opencode_policy.parse import parse
from opencode_policy.scalar_map import locate
from opencode_policy.source import Source


def scalar(text: str) -> ScalarNode:
    root = parse(Source("a.yaml", text)).documents[0].root
    assert isinstance(root, MappingNode)
    node = root.get("run")
    assert isinstance(node, ScalarNode)
    return node


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("run: set -x\n", 1, 6),
        ("run: 'it''s; set -x'\n", 1, 14),
        ('run: "a\\tb; set -x"\n', 1, 13),
        ('run: "\\u00e9\\x41; set -x"\n', 1, 19),
        ('run: "one \\\n      set -x"\n', 2, 7),
        ("run: |\n  echo\n\n  if x; then\n    set -x\n  fi\n", 5, 5),
        ("run: |2\n    echo\n   set -x\n", 3, 4),
        ("run: |-\n      echo\n      set -x\n", 3, 7),
        ("run: >-\n  echo;\n  set -x\n", 3, 3),
        ("run: >\n  echo\n\n    more; set -x\n", 4, 11),
        ("run:\n  echo;\n  set -x\n", 3, 3),
        ("run: |\r\n  echo\r\n  set -x\r\n", 3, 3),
        ("run: |\n  # äöü 🐍\n  set -x\n", 3, 3),
    ],
)
def test_a_construct_is_found_where_it_was_written(text: str, line: int, column: int) -> None:
    node = scalar(text)
    start = node.value.index("set -x")
    place = locate(node, start, start + len("set -x"))
    assert (place.line, place.column) == (line, column)
    assert (place.end_line, place.end_column) == (line, column + len("set -x"))


SCRIPT = st.text("ab \n'\"\\:#-é🐍", min_size=1, max_size=40)


@given(SCRIPT, st.sampled_from([None, "'", '"', "|", ">"]))
@example("b''#", "|")
@example("b''#", "'")
def test_every_letter_is_found_as_itself(value: str, style: str | None) -> None:
    text = yaml.safe_dump({"run": value}, default_style=style, allow_unicode=True, width=30)
    text = text if text.startswith("run") else text.replace('"run"', "run").replace("'run'", "run")
    parsed = parse(Source("a.yaml", text)).documents[0].root
    assert isinstance(parsed, MappingNode)
    (_, node) = next(iter(parsed.entries.values()))
    assert isinstance(node, ScalarNode)
    for index, letter in enumerate(node.value):
        if letter in "abé:#":
            place = locate(node, index, index + 1)
            assert node.source.line(place.line)[place.column - 1] == letter
