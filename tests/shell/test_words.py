"""Words: quotation and expansions, against what shells make of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencode_policy.shell.script import parse_script
from opencode_policy.shell.syntax import Command
from tests.shell.outline import outline, word
from tests.shell.reference import SHELLS, arguments

PLAIN = st.text("ab/.:-_%=,+@^~{}]", min_size=1, max_size=4)
SINGLE = st.text('ab \\"$`\n#|;*', max_size=5).map(lambda text: f"'{text}'")
DOUBLE = st.lists(
    st.sampled_from(["a", " ", "'", "\\$", "\\\\", '\\"', "\\`", "\\a", "\\\n", "#", ";", "(", "*", "}"]),
    max_size=6,
).map(lambda parts: f'"{"".join(parts)}"')
ESCAPED = st.sampled_from(["\\ ", "\\'", '\\"', "\\\\", "\\$", "\\a", "\\;", "\\\n", "\\#", "\\(", "\\|"])
WORDS = st.lists(
    st.lists(PLAIN | SINGLE | DOUBLE | ESCAPED, min_size=1, max_size=4).map("".join), min_size=1, max_size=3
).map(" ".join)


def values(words: str) -> list[str | None]:
    parsed = parse_script(f"set -- {words}\n")
    assert parsed.errors == ()
    (command,) = parsed.statements
    assert isinstance(command, Command)
    return [item.value for item in command.words[2:]]


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS.filter(lambda text: "{" not in text and not text.startswith("~") and " ~" not in text))
def test_quote_removal_is_that_of_a_shell(shell: list[str], words: str) -> None:
    expected = arguments(shell, words)
    assert values(words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a", "$<a>"),
        ("$ab-c", "$<ab>-c"),
        ("$1a", "$<1>a"),
        ("$10", "$<1>0"),
        ("${10}", "$<10>"),
        ('"$a b"', "@<a>' b'"),
        ("a$b/$c-$d.$e", "a$<b>/$<c>-$<d>.$<e>"),
        ("https://$user:$token@$host/", "https://$<user>:$<token>@$<host>/"),
        ("${a}", "$<a>"),
        ("${#a}", "$<#a>"),
        ("${#}", "$<#>"),
        ("$#", "$<#>"),
        ("${##a}", "$<##a>"),
        ("${!a}", "$<!a>"),
        ("$!", "$<!>"),
        ("${a[0]}", "$<a[0]>"),
        ('"${a[@]}"', "@<a[@]>"),
        ("${#a[@]}", "$<#a[@]>"),
        ("${a:-b}", "$<a:-b>"),
        ("${a-}", "$<a->"),
        ("${a:=b c}", "$<a:=b c>"),
        ("${a:?no $b}", "$<a:?no $<b>>"),
        ('${a:+--x "$a"}', "$<a:+--x @<a>>"),
        ("\"${a:-'b'}\"", "@<a:-''b''>"),
        ("${a:-'b}'}", "$<a:-'b}'>"),
        ('"${a:-"b c"}"', "@<a:-'b c'>"),
        ("${a:-${b:-$c}}", "$<a:-$<b:-$<c>>>"),
        ("${a#*/}", "$<a#*/>"),
        ("${a##*[!a]}", "$<a##*[!a]>"),
        ('${a%%"$b"*}', "$<a%%@<b>*>"),
        ("${a/b/c}", "$<a/b|c>"),
        ("${a//b}", "$<a//b>"),
        ("${a/#b/c}", "$<a/#b|c>"),
        ("${a:1:2}", "$<a:1|2>"),
        ("${a: -1}", "$<a: -1>"),
        ("${a^^}", "$<a^^>"),
        ("${a@Q}", "$<a@Q>"),
        ("$(b)", "$$(['b']"),
        ('"$(b "$c")"', "@$(['b @<c>']"),
        ("`b`", "$`['b']"),
        ("`b \\`c\\``", "$`[\"b $`['c']\"]"),
        ("$((1 + a))", "$((@<a>))"),
        ("$(( ${a} * $(b) ))", "$((@<a>@$(['b']))"),
        ("$( (a); b )", "$$([('()', 'a'), 'b']"),
        ("$((a); b)", "$$([('()', 'a'), 'b']"),
        ("<(a)", "$<(['a']"),
        ("$'a\\tb'", "'a''\t''b'"),
        ('$"a"', "'a'"),
        ("$", "$"),
        ('"$"', "'$'"),
        ("a#b", "a#b"),
        ("''", "''"),
        ('""', "''"),
        ("{a,b}", "{a,b}"),
    ],
)
def test_a_word_is_taken_apart(text: str, expected: str) -> None:
    assert word(text) == expected


@pytest.mark.parametrize("text", ["a # b", "a;b", "a\nb", "a\\\nb", "a&&b", "(a)", "a>b", "a#b", "a\t#b"])
def test_where_a_word_ends(text: str) -> None:
    expected = {
        "a # b": ["a"],
        "a;b": ["a", "b"],
        "a\nb": ["a", "b"],
        "a\\\nb": ["ab"],
        "a&&b": [("a", "&&", "b")],
        "(a)": [("()", "a")],
        "a>b": ["a >b"],
        "a#b": ["a#b"],
        "a\t#b": ["a"],
    }
    assert outline(text) == expected[text]
