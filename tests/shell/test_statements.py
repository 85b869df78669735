"""Statements: how commands bind, and what belongs to which construct."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shell.outline import outline

CASES: list[tuple[str, list[Any]]] = [
    ("a b c", ["a b c"]),
    ("A=1 B=$c d", ["A=1 B=$<c> d"]),
    ("A=", ["A="]),
    ("a A=1", ["a A=1"]),
    ("export A=$b C", ["export 'A='$<b> C"]),
    ("a=(1 $b [3]=x)", ["a=(1 $<b> x)"]),
    ("a+=(b) c+=d", ["a+=(b) c+=d"]),
    ("a[1]=b", ["a=b"]),
    ("a | b | c", [("|", "a", "b", "c")]),
    ("! a", [("!|", "a")]),
    ("! a | b", [("!|", "a", "b")]),
    ("a |& b", [("|", "a 2>&1", "b")]),
    ("time -p a | b", [("|", "a", "b")]),
    ("a && b || c", [("a", "&&", "b", "||", "c")]),
    ("a &&\n\n b", [("a", "&&", "b")]),
    ("a || # why\n b", [("a", "||", "b")]),
    ("a |\n b", [("|", "a", "b")]),
    ("a & b; c", [("&", "a"), "b", "c"]),
    ("a | b && c &", [("&", (("|", "a", "b"), "&&", "c"))]),
    ("{ a; b; }", [("{}", "a", "b")]),
    ("(a; b)", [("()", "a", "b")]),
    ("( (a) )", [("()", ("()", "a"))]),
    ("((a);b)", [("()", ("()", "a"), "b")]),
    ("{ a; } >f 2>&1", [("redirected", ("{}", "a"), ">f", "2>&1")]),
    ("a >f b 2>>g c <h", ["a b c >f 2>>g <h"]),
    (">f", [">f"]),
    ("a >&2 2>&- <&3 >|f &>g", ["a >&2 2>&- <&3 >|f &>g"]),
    ("a 2>f 2 >g", ["a 2 2>f >g"]),
    ("a <<<\"$b\"", ["a <<<@<b>"]),
    ("a {fd}>f", ["a >f"]),
    ("if a; then b; fi", [("if", (["a"], ["b"]), [])]),
    ("if a\nthen b\nelif c; then d\nelse e; fi >f",
     [("redirected", ("if", (["a"], ["b"]), (["c"], ["d"]), ["e"]), ">f")]),
    ("while a; do b; done", [("while", ["a"], ["b"])]),
    ("until a; b; do c; done", [("until", ["a", "b"], ["c"])]),
    ("while read -r a; do b; done <f", [("redirected", ("while", ["read -r a"], ["b"]), "<f")]),
    ("for a in b $c; do d; done", [("for", "a", ["b", "$<c>"], ["d"])]),
    ("for a do b; done", [("for", "a", None, ["b"])]),
    ("for a\ndo b\ndone", [("for", "a", None, ["b"])]),
    ("for a; do b; done", [("for", "a", None, ["b"])]),
    ("for a in; do b; done", [("for", "a", [], ["b"])]),
    ("for a in b\ndo c; done", [("for", "a", ["b"], ["c"])]),
    ("for ((i=0; i<3; i++)); do a; done", [("while", ["(( '((i=0; i<3; i++))'$((@<i>@<i>@<i>))"], ["a"])]),
    ("select a in b; do c; done", [("for", "a", ["b"], ["c"])]),
    ("case $a in b|c) d;; (*) e; f;; esac",
     [("case", "$<a>", (["b", "c"], ["d"], ";;"), (["*"], ["e", "f"], ";;"))]),
    ("case a in\nb) c ;&\nd) e ;;& f) g\nesac",
     [("case", "a", (["b"], ["c"], ";&"), (["d"], ["e"], ";;&"), (["f"], ["g"], ";;"))]),
    ("case a in esac", [("case", "a")]),
    ("case a in if) b;; esac", [("case", "a", (["if"], ["b"], ";;"))]),
    ("f() { a; }", [("function", "f", ("{}", "a"))]),
    ("f ()\n(a) 2>&1", [("function", "f", ("redirected", ("()", "a"), "2>&1"))]),
    ("function f { a; }", [("function", "f", ("{}", "a"))]),
    ("f() if a; then b; fi", [("function", "f", ("if", (["a"], ["b"]), []))]),
    ("[ a = b ]", ["[ a = b ]"]),
    ("[[ $a == b* && ! ( -n $c || $d =~ ^(x|y)$ ) ]]",
     ["[[ $<a> == b* && ! ( -n $<c> || $<d> =~ ^(x|y)$ ) ]]"]),
    ("(( a++ ))", ["(( '(( a++ ))'$((@<a>))"]),
    ("echo if then done fi esac { }", ["echo if then done fi esac { }"]),
    ("echo a; # b; c\nd", ["echo a", "d"]),
    ("\n\n  \n", []),
    ("# only\n", []),
    ("a\\\n  b", ["a b"]),
    ("a;\nb", ["a", "b"]),
    ("coproc { a; }", [("&", ("{}", "a"))]),
    ("echo $(case a in b) c;; esac)", ["echo $$([('case', 'a', (['b'], ['c'], ';;'))]"]),
    ("echo \"$(a \"$(b)\")\"", ["echo @$([\"a @$(['b']\"]"]),
    ("a <(b) >(c)", ["a $<(['b'] $>(['c']"]),
    ("x @(a|b) !(c)", ["x @(a|b) !(c)"]),
]  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), CASES, ids=[script for script, _ in CASES])
def test_statements(script: str, expected: list[Any]) -> None:
    assert outline(script) == expected


@pytest.mark.parametrize(("script", "expected"), CASES, ids=[script for script, _ in CASES])
def test_line_ends_of_windows_change_nothing(script: str, expected: list[Any]) -> None:
    assert outline(script.replace("\n", "\r\n")) == expected
