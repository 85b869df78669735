"""Here-documents: what is expanded, where they end, and what follows on their line."""

from __future__ import annotations

from typing import Any

import pytest

from opencode_policy.shell.script import parse_script
from opencode_policy.shell.syntax import Command
from tests.shell.outline import outline

CASES: list[tuple[str, list[Any]]] = [
    ("cat <<E\na $b\nE\nc", ["cat <<'a '@<b>'\n'", "c"]),
    ("cat <<'E'\na $b\nE\n", ["cat <<'a $b\n'"]),
    ("cat <<\\E\na `b`\nE\n", ["cat <<'a `b`\n'"]),
    ('cat <<"E F"\n$a\nE F\n', ["cat <<'$a\n'"]),
    ("cat <<-E\n\t\ta\n\tE\nc", ["cat <<'a\n'", "c"]),
    ("cat <<E\nE\n", ["cat <<"]),
    ("cat <<E\n\\$a \\\\ \\a \"b\" 'c'\nE\n", ["cat <<'$''a ''\\'' ''\\a'' \"b\" 'c'\n'"]),
    ("cat <<E\n$(a \"$b\") ${c:-d} $((e))\nE\n",
     ["cat <<@$(['a @<b>']' '@<c:-'d'>' '$((@<e>))'\n'"]),
    ("cat <<A <<B\n1\nA\n2\nB\n", ["cat <<'1\n' <<'2\n'"]),
    ("cat <<E | a && b\nx\nE\nc", [(("|", "cat <<'x\n'", "a"), "&&", "b"), "c"]),
    ("cat <<E >f 2>&1; a\nx\nE\n", ["cat <<'x\n' >f 2>&1", "a"]),
    ("if a; then\ncat <<E\nx\nE\nfi", [("if", (["a"], ["cat <<'x\n'"]), [])]),
    ("f() {\ncat <<E\nfi\nE\n}", [("function", "f", ("{}", "cat <<'fi\n'"))]),
    ("a=$(cat <<E\nx )\nE\n)", ["a=$$([\"cat <<'x )\\n'\"]"]),
    ('echo "$(cat <<E\n"x\nE\n)"', ["echo @$(['cat <<\\'\"x\\n\\'']"]),
    ("case a in b) cat <<E ;;\nx\nE\nesac", [("case", "a", (["b"], ["cat <<'x\n'"], ";;"))]),
    ("cat <<E\nx\nEE\nE\n", ["cat <<'x\nEE\n'"]),
    ("{ cat; } <<E\nx\nE\n", [("redirected", ("{}", "cat"), "<<'x\n'")]),
    ("while read a; do b; done <<E\n$c\nE\n", [("redirected", ("while", ["read a"], ["b"]), "<<@<c>'\n'")]),
]  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), CASES, ids=[script for script, _ in CASES])
def test_here_documents(script: str, expected: list[Any]) -> None:
    assert outline(script) == expected


def test_a_here_document_without_an_end_is_a_mistake_and_is_read_all_the_same() -> None:
    parsed = parse_script("cat <<E\na\nb")
    assert [fault.words for fault in parsed.errors] == ["the here-document has no end 'E'"]
    (command,) = parsed.statements
    assert isinstance(command, Command)
    body = command.redirects[0].body
    assert body is not None
    assert body.value == "a\nb"
