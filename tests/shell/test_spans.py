"""Every part of a script knows where it stands, to the character."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.shell.script import parse_script
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Command, Literal, Parameter, Substitution

PIECES = [
    "a", "b c", "$x", "${y:-z}", '"q $r"', "'s'", "$(t)", "`u \\`v\\``", "\\\n", "|", "&&", ";", "\n", "(",
    ")",
    "{ ", "; }", "if ", "; then ", "; fi", "for i in ", "; do ", "; done", "case $c in ", ") ", ";;", " esac",
    "<<E\n", "\nE\n", "<<-F\n\t", "\nF\n", ">f", "2>&1", "#c\n", "$((1+n))", "x=", "export w=$v", "é", "\r\n",
    "\\",
    "'", '"', "`", "${", "$(", "[[ a ]]", "((b))", "\0", "f() ", "=(", "!", "&", " ", "\t",
]  # fmt: skip
SCRIPTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def nodes(item: Any) -> Iterator[Any]:
    """Every node of a tree, depth first."""
    pending = [item]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple) and not isinstance(node, Span):
            pending.extend(node)
        elif dataclasses.is_dataclass(node):
            yield node
            pending.extend(getattr(node, field.name) for field in dataclasses.fields(node))


@settings(max_examples=400)
@given(script=SCRIPTS)
def test_spans_lie_in_the_text(script: str) -> None:
    parsed = parse_script(script)
    for node in nodes(parsed.statements):
        span = getattr(node, "span", None)
        if span is not None:
            assert 0 <= span.start <= span.end <= len(script)
    for fault in parsed.errors:
        assert 0 <= fault.span.start <= fault.span.end <= len(script)
        assert fault.words


@settings(max_examples=400)
@given(script=SCRIPTS)
def test_what_is_written_plainly_stands_where_its_span_says(script: str) -> None:
    for node in nodes(parse_script(script).statements):
        if isinstance(node, Literal) and not node.quoted and "\ufffd" not in node.text:
            if node.text == "1" and script[node.span.start : node.span.end] == "|&":
                continue  # the descriptor that `|&` stands for
            written = script[node.span.start : node.span.end].replace("\r\n", "\n")
            assert written.replace("\\\n", "") in (node.text, "\\" + node.text, "$" + node.text)
        if isinstance(node, Parameter) and node.name and node.span.end > node.span.start:
            assert node.name[0] in script[node.span.start : node.span.end]


@settings(max_examples=300)
@given(script=SCRIPTS)
def test_reading_a_script_twice_gives_the_same(script: str) -> None:
    parse_script.cache_clear()
    first = parse_script(script)
    parse_script.cache_clear()
    second = parse_script(script)
    assert [type(n) for n in nodes(first.statements)] == [type(n) for n in nodes(second.statements)]
    assert first.errors == second.errors


def texts(script: str, kind: type[Any]) -> list[str]:
    """What the spans of all nodes of a kind hold, in order."""
    found = [node for node in nodes(parse_script(script).statements) if isinstance(node, kind)]
    return sorted(script[node.span.start : node.span.end] for node in found)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('a $b\nc "$d" ${e:-$f}', ["$b", "$d", "$f", "${e:-$f}"]),
        ("é $b", ["$b"]),
        ("a\r\nb $c\r\n", ["$c"]),
        ("`a $b \\`c \\$d\\``", ["$b", "\\$d"]),
        ("cat <<E\nx\n$a\nE\n", ["$a"]),
        ("cat <<-E\n\t\tx $a\n\t${b}\n\tE\n", ["$a", "${b}"]),
        ('x="$(cat <<E\n`y $z`\nE\n)"', ["$z"]),
    ],
)
def test_parameters_stand_where_they_were_written(script: str, expected: list[str]) -> None:
    assert texts(script, Parameter) == expected


def test_commands_and_substitutions_are_whole() -> None:
    script = "  A=1 b 'c d' >f; $(e `f`) <<E # g\nx\nE\n"
    assert texts(script, Command) == ["$(e `f`) <<E", "A=1 b 'c d' >f", "e `f`", "f"]
    assert texts(script, Substitution) == ["$(e `f`)", "`f`"]
