"""Mistakes in scripts: shells agree that they are mistakes, and each is named at its place."""

from __future__ import annotations

import pytest

from opencode_policy.shell.script import parse_script
from tests.shell.reference import SHELLS, accepts

MISTAKES = {
    "if a; then\n b\n": (0, "'if' has no 'fi'"),
    "if a; b; fi\n": (0, "'if' has no 'then'"),
    "while a; do b\n": (0, "'while' has no 'done'"),
    "for i in a; do\n b": (0, "'for' has no 'done'"),
    "for i in a; b; done": (0, "'for' has no 'do'"),
    "case x in a) b;;\n": (0, "'case' has no 'esac'"),
    "case x a) b;; esac": (0, "'case' has no 'in'"),
    "f() { a\n": (4, "'{' has no '}'"),
    "( a": (0, "'(' has no ')'"),
    "echo $(a": (5, "'$(' has no ')'"),
    "echo 'a": (5, "the quote has no end"),
    'echo a "b': (7, "the quote has no end"),
    "echo `a": (5, "the backquote has no end"),
    "echo ${a": (5, "'${' has no '}'"),
    "a | | b": (4, "a command is missing behind '|'"),
    "a && || b": (5, "a command is missing behind '&&'"),
    "a &&": (4, "a command is missing behind '&&'"),
    "; a": (0, "';' is out of place"),
    "a;; b": (1, "';;' is out of place"),
    "a; done": (3, "'done' is out of place"),
    "fi": (0, "'fi' is out of place"),
    "a; }": (3, "'}' is out of place"),
    "a )": (2, "')' is out of place"),
    "echo a (b)": (7, "'(' is out of place"),
    "a >": (2, "'>' has no target"),
    "a > | b": (2, "'>' has no target"),
    "if a; then b; fi fi": (17, "'fi' is out of place"),
    "if a; then b; done": (0, "'if' has no 'fi'"),
    "for x in a; do if b; then c; done": (15, "'if' has no 'fi'"),
    "{ a; )": (0, "'{' has no '}'"),
}


@pytest.mark.parametrize("script", MISTAKES)
def test_a_mistake_is_named_at_its_place(script: str) -> None:
    first = parse_script(script).errors[0]
    assert (first.span.start, first.words) == MISTAKES[script]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", MISTAKES)
def test_a_shell_agrees_that_it_is_a_mistake(shell: list[str], script: str) -> None:
    assert not accepts(shell, script)


VALID = [
    "echo if; echo then",
    "if a; then b; fi; { c; }",
    "case a in (b) c;; esac",
    "for i\ndo a; done",
    "f() (a)",
    "a <<E\n'\nE\n",
    "echo 'a\nb' \"c\nd\"",
    "x=$(case a in b) c;; esac)",
    "echo ${a:-`b`} $((1+(2*3)))",
    "! { a; }",
    "a=b c",
    "{ a; } | ( b ) && c &",
    "while :; do break; done <f | g",
    "# '\necho a # \"",
    "echo }",
    "a \\\n  b",
    "case $a in\nesac",
    'echo "${a#"${b%%x}"}"',
    "echo $((a)) $(( $(b) ))",
    "if (a); then (b); else (c); fi",
]


@pytest.mark.parametrize("script", VALID)
def test_valid_scripts_have_no_mistake(script: str) -> None:
    assert parse_script(script).errors == ()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", VALID)
def test_a_shell_agrees_that_they_are_valid(shell: list[str], script: str) -> None:
    assert accepts(shell, script)


def test_what_stands_behind_a_mistake_is_read() -> None:
    parsed = parse_script("fi\necho a\n)\necho b\nif c; then d\n")
    assert len(parsed.errors) == 3
    assert len(parsed.statements) == 3
