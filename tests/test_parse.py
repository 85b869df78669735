"""The parser: values, spans, and what is wrong with a text."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import MAX_ALIAS_NODES, MAX_DEPTH, Parsed, parse
from opencode_policy.scalars import resolve, to_python
from opencode_policy.source import Source


def parsed(text: str) -> Parsed:
    return parse(Source("a.yaml", text))


def root(text: str) -> MappingNode:
    node = parsed(text).documents[0].root
    assert isinstance(node, MappingNode)
    return node


def complaints(text: str) -> list[tuple[str, int, int, str]]:
    return [
        (item.code, item.location.line, item.location.column, item.message)
        for item in parsed(text).diagnostics
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "---\n",
        "a: 1\n",
        "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
        "a: =\n",
        "a: !vault x\nb: !Sub\n  - y\n",
        "? a\n: 1\n",
        '{"a": [1, 2, {"b": null}]}',
        "a: 1\n---\nb: 2\n...\n---\nc: 3\n",
    ],
)
def test_what_kubernetes_reads_is_no_complaint(text: str) -> None:
    assert complaints(text) == []
    assert parsed(text).complete


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", 3, 1, "the key 'a' stands twice in this mapping"),
        ("a:\n\t- b\n", "yaml-syntax", 2, 1, "a tab indents nothing in YAML; blanks do"),
        ("a: [1,\n", "yaml-syntax", 2, 1, None),
        ("a: b\n  c: d\n", "yaml-syntax", 2, 4, None),
        ("a: *b\n", "yaml-syntax", 1, 4, "the anchor 'b' is not defined before it is used"),
        ("a: &a [*a]\n", "yaml-syntax", 1, 8, "the anchor 'a' contains itself"),
        ("a: \x00\n", "yaml-syntax", 1, 4, "not YAML: control characters are not allowed"),
        ("<<: 3\n", "yaml-syntax", 1, 5, "a merge key takes a mapping or a list of mappings"),
        (
            "? [a]\n: b\n",
            "yaml-syntax",
            1,
            3,
            "a mapping or a list as a key is nothing that Kubernetes reads",
        ),
        ("[" * 10_000, "yaml-too-deep", 1, MAX_DEPTH + 1, f"nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_a_bad_text_is_a_diagnostic_at_its_place(
    text: str, code: str, line: int, column: int, message: str | None
) -> None:
    found = complaints(text)
    assert [item[:3] for item in found] == [(code, line, column)]
    assert message in (None, found[0][3])


def test_an_alias_bomb_stops_at_the_alias_that_exceeds_the_limit() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for index in range(8):
        aliases = ", ".join([f"*{chr(97 + index)}"] * 10)
        lines.append(f"{chr(98 + index)}: &{chr(98 + index)} [{aliases}]")
    found = complaints("\n".join(lines))
    assert [(code, line) for code, line, _, _ in found] == [("yaml-alias-bomb", 5)]
    assert found[0][3] == f"aliases expand to more than {MAX_ALIAS_NODES} nodes"


def test_documents_before_a_syntax_error_are_kept() -> None:
    result = parsed("a: 1\n---\nb: [\n")
    assert [to_python(item.root) for item in result.documents] == [{"a": 1}]
    assert not result.complete


def test_the_first_of_two_equal_keys_counts_and_is_related() -> None:
    result = parsed("a: 1\na: 2\n")
    assert to_python(result.documents[0].root) == {"a": 1}
    assert str(result.diagnostics[0].related[0].location) == "a.yaml:1:1"


def spans(text: str) -> dict[str, str]:
    return {name: text[slice(*value.span)] for name, (_, value) in root(text).entries.items()}


def test_spans_hold_the_written_text_of_every_style() -> None:
    text = (
        "plain: two words\n"
        "single: 'it''s'\n"
        'double: "a\\n b"\n'
        "anchored: &x !!str 5\n"
        "alias: *x\n"
        "flow: {a: 1, b: [2]}\n"
        "block:\n"
        "  c: d\n"
        "\n"
        "# a comment behind it\n"
        "list:\n"
        "  - e\n"
        "\n"
        "literal: |\n"
        "  line\n"
        "\n"
        "last: x\n"
    )
    assert spans(text) == {
        "plain": "two words",
        "single": "'it''s'",
        "double": '"a\\n b"',
        "anchored": "5",
        "alias": "*x",
        "flow": "{a: 1, b: [2]}",
        "block": "c: d",
        "list": "- e",
        "literal": "|\n  line",
        "last": "x",
    }


def test_an_alias_stands_where_it_is_used_and_knows_its_anchor() -> None:
    alias = root("a: &x 1\nb: *x\n").get("b")
    assert alias is not None
    assert str(alias.location) == "a.yaml:2:4"
    assert [str(change.location) for change in alias.history] == ["a.yaml:1:7"]


def test_merge_keys_add_what_is_not_there() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &m {z: 3}\nown:\n  <<: [*b, *m]\n  y: 9\n"
    assert to_python(root(text).get("own")) == {"y": 9, "x": 1, "z": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("yes", "yes"),
        ("on", "on"),
        ("null", None),
        ("~", None),
        ('""', ""),
        ("010", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1e3", 1000.0),
        ("0E0", 0.0),
        ("1.5", 1.5),
        ("12:30", "12:30"),
        ("!!str 5", "5"),
        ("'5'", "5"),
        (".inf", float("inf")),
        ("2026-01-01", "2026-01-01"),
        ("08", 8.0),
        ("9" * 500, "9" * 500),
    ],
)
def test_plain_scalars_are_resolved_as_kustomize_resolves_them(text: str, value: object) -> None:
    assert to_python(root(f"a: {text}\n").get("a")) == value


# PyYAML writes the line breaks of YAML 1.1 unescaped when it allows Unicode, and no parser reads them back.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


class Dumper(yaml.SafeDumper):
    """PyYAML follows YAML 1.1, where `0E0` is a text: quote what the parser would not read as one."""


def _quoted(dumper: Dumper, text: str) -> yaml.Node:
    bare = ScalarNode(Source("a.yaml", ""), MARK, MARK, None, text, None)
    style = None if isinstance(resolve(bare), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


MARK = yaml.Mark("a.yaml", 0, 0, 0, None, 0)
Dumper.add_representer(str, _quoted)


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=6), VALUES, min_size=1, max_size=5), st.booleans()
)
@example({"a": "0E0"}, False)
def test_what_is_dumped_is_read_back(value: dict[str, object], flow: bool) -> None:
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=flow, allow_unicode=True)
    assert to_python(parsed(text).documents[0].root) == value


def nodes_of(node: Node) -> list[Node]:
    below: list[Node] = []
    if isinstance(node, MappingNode):
        below = [part for pair in node.entries.values() for part in pair]
    elif isinstance(node, SequenceNode):
        below = node.items
    return [node, *(deeper for part in below for deeper in nodes_of(part))]


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=6), VALUES, min_size=1, max_size=5), st.booleans()
)
def test_every_span_lies_in_the_text_and_holds_its_children(value: dict[str, object], flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    top = parsed(text).documents[0].root
    assert top is not None
    for node in nodes_of(top):
        start, end = node.span
        assert 0 <= start <= end <= len(text)
        if isinstance(node, ScalarNode) and node.plain:
            assert "".join(text[start:end].split()) == "".join(node.value.split())


@given(st.text(st.characters(codec="utf-8")) | st.text(":-{}[]&*!|>'\"%#\n\t ab", max_size=60))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    result = parsed(text)
    assert result.complete or result.diagnostics
