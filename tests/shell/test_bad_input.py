"""Nothing that is called a script brings the parser down or keeps it busy for long."""

from __future__ import annotations

import time

import pytest

from opencode_policy.shell.script import parse_script

DEEP = 10_000
SECONDS = 25
"""Far more than any of these takes on a machine with nothing else to do; quadratic time would exceed it."""

HOSTILE = {
    "subshells": "(" * DEEP + "a" + ")" * DEEP,
    "subshells with blanks": "( " * DEEP + "a" + " )" * DEEP,
    "open subshells": "(" * DEEP,
    "substitutions": "echo " + "$(" * DEEP + "a" + ")" * DEEP,
    "quoted substitutions": "echo " + '"$(echo ' * DEEP + "a" + ')"' * DEEP,
    "open quoted substitutions": "echo " + '"$(echo ' * DEEP,
    "groups": "{ " * DEEP + "a;" + " }" * DEEP,
    "conditions": "if a; then " * DEEP + "b;" + " fi;" * DEEP,
    "open conditions": "if a; then " * DEEP,
    "expansions": "echo " + "${a:-" * DEEP + "}" * DEEP,
    "open expansions": "echo " + "${a:-" * DEEP,
    "arithmetic": "echo " + "$((" * DEEP + "1" + "))" * DEEP,
    "no arithmetic": "echo " + "$((" * 3000 + "a) )" * 3000,
    "backquotes": "`" * (DEEP + 1),
    "a long quote": 'echo "' + "a\n" * 500_000,
    "a long single quote": "echo '" + "a\n" * 500_000,
    "a long comment": "#" + "a" * 1_000_000,
    "a long word": "a" * 1_000_000,
    "a long assignment": "a=" + "$b" * 200_000,
    "a long pipe": "a |" * 50_000 + " b",
    "a long list": "a && " * 50_000 + "b",
    "many open here-documents": "cat <<E\n" * DEEP,
    "many here-documents": "cat <<E\n$a\nE\n" * DEEP,
    "many mistakes": "fi\n)\n" * DEEP,
    "NUL bytes": "echo a\0b\n" * DEEP,
    "binary data": bytes(range(256)).decode("latin1") * 1000,
    "carriage returns": "echo a\r\n" * DEEP + "\r\r\r",
    "many short commands": "echo $a\n" * 125_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_bounded_time(name: str) -> None:
    parse_script.cache_clear()
    started = time.process_time()
    parse_script(HOSTILE[name])
    assert time.process_time() - started < SECONDS


def test_a_nul_byte_is_a_mistake_of_its_own() -> None:
    fault = parse_script("echo a\0b").errors[0]
    assert (fault.span.start, fault.words) == (6, "a NUL byte has no place in a script")
