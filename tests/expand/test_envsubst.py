"""Flux postBuild substitution against results measured with github.com/fluxcd/pkg/envsubst v1.5.0."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.expand.envsubst import (
    LENGTH,
    MAX_DEPTH,
    Substituted,
    SubstitutionError,
    VariableUse,
    substitute,
)

KNOWN = {"DOM": "homelab15.cloud", "APP": "opencode-flux", "EMPTY": ""}

NO_NAME = "unable to parse variable name"
NO_BRACE = "missing closing brace"
NO_ARGUMENT = "unable to parse substitution within function"
BAD = "bad substitution"

# Text and result, the same in both modes.
SUBSTITUTED = {
    # No expression at all: shells, regular expressions and templates keep their dollars.
    "$DOM": "$DOM",
    "$ {DOM}": "$ {DOM}",
    "$(date)": "$(date)",
    "$(echo $DOM)": "$(echo $DOM)",
    "$((1+2))": "$((1+2))",
    "$1 $? $@ $# $*": "$1 $? $@ $# $*",
    "foo$": "foo$",
    "foo$\nbar": "foo$\nbar",
    "^foo$": "^foo$",
    "a}b": "a}b",
    "{{ .X }}": "{{ .X }}",
    "printf '%s' \"$X\"": "printf '%s' \"$X\"",
    r"$'\n'": r"$'\n'",
    '$"x"': '$"x"',
    "awk '{print $1}'": "awk '{print $1}'",
    "awk '{print $NF}'": "awk '{print $NF}'",
    # Two dollars are one, wherever they stand.
    "$$": "$",
    "$$DOM": "$DOM",
    "$${DOM}": "${DOM}",
    "$$${DOM}": "$homelab15.cloud",
    "$$$${DOM}": "$${DOM}",
    "pid=$$ x": "pid=$ x",
    "a $$$$ b": "a $$ b",
    "re: ^a$$": "re: ^a$",
    'if [ -z "$${X:-}" ]': 'if [ -z "${X:-}" ]',
    "$${{ x }}": "${{ x }}",
    # Values; no quoting of a shell protects them.
    "${DOM}": "homelab15.cloud",
    r"\${DOM}": r"\homelab15.cloud",
    "'${DOM}'": "'homelab15.cloud'",
    "$(echo ${DOM})": "$(echo homelab15.cloud)",
    # Defaults: for unset and for empty, and whatever the sign behind the colon.
    "${UNSET:-def}": "def",
    "${UNSET:=def}": "def",
    "${UNSET=def}": "def",
    "${EMPTY:-def}": "def",
    "${EMPTY=def}": "def",
    "${UNSET:?err}": "err",
    "${UNSET:+alt}": "alt",
    "${DOM:+alt}": "homelab15.cloud",
    "${UNSET:-}": "",
    "${UNSET:=}": "",
    'echo "${UNSET:-}"': 'echo ""',
    "${1:-x}": "x",
    "${HOME:-/root}": "/root",
    "${UNSET:-`x`}": "`x`",
    "${UNSET:-a:b}": "a:b",
    "${UNSET:-a}b}": "ab}",
    "${UNSET:-$APP}": "$APP",
    "${UNSET:-${APP}}": "opencode-flux",
    "${UNSET:-${APP}-x}": "opencode-flux-x",
    "${UNSET:-$${APP}}": "$opencode-flux",
    # Functions of the value.
    "${DOM/./-}": "homelab15-cloud",
    "${DOM//./-}": "homelab15-cloud",
    "${DOM/a/}": "homelb15.cloud",
    "${#DOM}": "15",
    "${#UNSET}": "0",
    "$((${#DOM}+1))": "$((15+1))",
    "${DOM%.cloud}": "homelab15",
    "${DOM##*.}": "cloud",
    "${DOM:0:5}": "homel",
    "${DOM: -5}": "homelab15.cloud",
    "${DOM,,}": "homelab15.cloud",
    "${DOM^^}": "HOMELAB15.CLOUD",
}

# Text and message, the same in both modes.
REFUSED = {
    "${@}": NO_NAME,
    "${?}": NO_NAME,
    "${$}": NO_NAME,
    "${!DOM}": NO_NAME,
    "${ DOM}": NO_NAME,
    "${": NO_NAME,
    "${}": NO_NAME,
    "${{ github.actor }}": NO_NAME,
    "${UNSET-def}": NO_BRACE,
    "${DOM-def}": NO_BRACE,
    "${UNSET?err}": NO_BRACE,
    "${DOM+alt}": NO_BRACE,
    "${arr[0]}": NO_BRACE,
    "${arr[@]}": NO_BRACE,
    "${DOM ": NO_BRACE,
    "${DOM@Q}": NO_BRACE,
    "${github.actor}": NO_BRACE,
    "${DOM.foo}": NO_BRACE,
    "${UN-SET}": NO_BRACE,
    "${#}": BAD,
    "${DOM/a}": BAD,
}

# Text and the name that strict mode complains of; otherwise the result is empty.
REFUSED_IF_STRICT = {"${UNSET}": "UNSET", "${1}": "1", "${PWD}": "PWD"}

both_modes = pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])


@both_modes
@pytest.mark.parametrize(("text", "result"), SUBSTITUTED.items())
def test_measured_results(text: str, result: str, strict: bool) -> None:
    assert substitute(text, KNOWN, strict=strict).text == result


@both_modes
@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_measured_errors(text: str, message: str, strict: bool) -> None:
    with pytest.raises(SubstitutionError) as caught:
        substitute(text, KNOWN, strict=strict)
    assert caught.value.message == str(caught.value) == message


@pytest.mark.parametrize(("text", "name"), REFUSED_IF_STRICT.items())
def test_measured_unset_variables(text: str, name: str) -> None:
    assert substitute(text, KNOWN).text == ""
    with pytest.raises(SubstitutionError) as caught:
        substitute(text, KNOWN, strict=True)
    assert caught.value.message == f'variable not set (strict mode): "{name}"'


VALUES = {
    "A": "aabbcabc",
    "PATH": r"a/b\c[*]?",
    "TWO": "2",
    "GLOB": "*b",
    "CLASS": "[a-c]",
    "ACCENT": "éclair",
    "EMPTY": "",
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        # Trims: `*` also takes slashes, and the shortest match is never empty.
        ("${A#a}", "abbcabc"),
        ("${A##*b}", "c"),
        ("${A#*b}", "bcabc"),
        ("${A%b*}", "aabbca"),
        ("${A%%b*}", "aa"),
        ("${A#*}", "abbcabc"),
        ("${A##*}", ""),
        ("${A#?a}", "bbcabc"),
        ("${A##[a-b]*[^a]}", ""),
        ("${A#[b-a]}", "aabbcabc"),
        ("${A#[^b-a]}", "abbcabc"),
        ("${A#x}", "aabbcabc"),
        ("${A#${GLOB}}", "bcabc"),
        ("${A#${EMPTY}}", "aabbcabc"),
        ("${EMPTY#*}", ""),
        (r"${PATH##*\[}", "*]?"),
        # Malformed classes never match; from the end every class is malformed.
        ("${A#[a}", "aabbcabc"),
        ("${A#[]a]}", "aabbcabc"),
        ("${A%[a-c]}", "aabbcabc"),
        # Replacements; the anchored ones do nothing without a replacement.
        ("${A//b}", None),
        ("${A//b/}", "aacac"),
        ("${A/#a/x}", "xabbcabc"),
        ("${A/#a/}", "aabbcabc"),
        ("${A/%bc/x}", "aabbcax"),
        ("${A/%bc/}", "aabbcabc"),
        ("${A/#b/x}", "aabbcabc"),
        (r"${PATH/\//|}", r"a|b\c[*]?"),
        (r"${PATH/\\/\/}", "a/b/c[*]?"),
        ("${A/a/$$}", "$abbcabc"),
        ("${A/a}/x/y}", "aabbcabc"),
        ("${A//${CLASS}/${TWO}}", "aabbcabc"),
        ("${A//${EMPTY}/.}", ".a.a.b.b.c.a.b.c."),
        ("${A/a//x}", "xabbcabc"),
        # Substrings count bytes; what is not a number is ignored.
        ("${A:2}", "bbcabc"),
        ("${A:-3}", "aabbcabc"),  # a default, not an offset from the end
        ("${A:${TWO}:${TWO}}", "bb"),
        ("${A:99}", ""),
        ("${A:x}", "aabbcabc"),
        ("${A:1:x}", "aabbcabc"),
        ("${A:99999999999999999999}", "aabbcabc"),
        ("${A:+1:2}", "aabbcabc"),
        ("${A:1::2}", "ab"),
        ("${ACCENT:2}", "clair"),
        ("${#ACCENT}", "7"),
        # Letters.
        ("${A^}", "Aabbcabc"),
        ("${A^,}", "aabbcabc"),
        ("${ACCENT^}", "Éclair"),
        ("${EMPTY^^}", ""),
    ],
)
def test_functions(text: str, result: str | None) -> None:
    """Each result was printed by the original for the same text and values; None is its error."""
    if result is None:
        with pytest.raises(SubstitutionError, match=BAD):
            substitute(text, VALUES)
    else:
        assert substitute(text, VALUES).text == result


@pytest.mark.parametrize(
    ("value", "text", "result"),
    [
        ("straße", "${V^^}", "STRAßE"),
        ("ΑΣ", "${V,,}", "ασ"),
        ("İ", "${V,}", "i"),
        ("ᾳ", "${V^}", "ᾼ"),
    ],
)
def test_letters_map_one_to_one(value: str, text: str, result: str) -> None:
    assert substitute(text, {"V": value}).text == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${A:0:-1}", "slice bounds out of range [:-1]"),
        ("${A:2:-1}", "slice bounds out of range [2:1]"),
        ("${A:9:-6}", "slice bounds out of range [9:3]"),
    ],
)
def test_a_negative_length_is_the_panic_of_flux(text: str, message: str) -> None:
    with pytest.raises(SubstitutionError) as caught:
        substitute(f"x {text} y", VALUES)
    assert caught.value.message == message
    assert (caught.value.start, caught.value.end) == (2, 2 + len(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${A:}", NO_ARGUMENT),
        ("${A::2}", NO_ARGUMENT),
        ("${A#}", NO_ARGUMENT),
        ("${A:-x", NO_ARGUMENT),
        ("${A///x}", NO_ARGUMENT),
        ("${A:", BAD),
        ("${A:é}", BAD),
        ("${A,,,}", BAD),
        ("${A#a${A}}", BAD),
        ("${A:1${A}}", BAD),
        ("${##A}", BAD),
        ("${#A:-x}", BAD),
        ("${²}", NO_NAME),
    ],
)
def test_further_errors(text: str, message: str) -> None:
    with pytest.raises(SubstitutionError) as caught:
        substitute(text, VALUES)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "offending"),
    [
        ("a: ${X} ${DOM-def} ${Y}", "${DOM-def}"),
        ("a: ${UNSET:-${DOM-def}}", "${DOM-def}"),
        ("a: ${DOM \nb: }", "${DOM "),
        ("a: ${DOM:-one\ntwo", "${DOM:-one"),
        ("a: ${{ x }}", "${{ x }"),
        ("a: ${", "${"),
    ],
)
def test_the_place_of_a_parse_error(text: str, offending: str) -> None:
    with pytest.raises(SubstitutionError) as caught:
        substitute(text, KNOWN)
    assert text[caught.value.start : caught.value.end] == offending


def test_the_place_of_an_unset_variable() -> None:
    text = "a: ${DOM:-${UNSET}}"
    with pytest.raises(SubstitutionError) as caught:
        substitute(text, KNOWN, strict=True)
    assert text[caught.value.start : caught.value.end] == "${UNSET}"


def test_a_parse_error_comes_before_an_unset_variable() -> None:
    with pytest.raises(SubstitutionError, match=NO_BRACE):
        substitute("${UNSET} ${DOM-def}", KNOWN, strict=True)


def test_uses() -> None:
    text = "$${NO} ${DOM} ${UNSET:-${APP}-x} ${#APP} $NO"
    assert substitute(text, KNOWN) == Substituted(
        "${NO} homelab15.cloud opencode-flux-x 13 $NO",
        (
            VariableUse("DOM", 7, 13, has_default=False, defined=True, operator=""),
            VariableUse("UNSET", 14, 32, has_default=True, defined=False, operator=":-"),
            VariableUse("APP", 23, 29, has_default=False, defined=True, operator=""),
            VariableUse("APP", 33, 40, has_default=False, defined=True, operator=LENGTH),
        ),
    )


@pytest.mark.parametrize("operator", ["=", ":=", ":-", ":?", ":+"])
def test_operators_that_act_as_a_default(operator: str) -> None:
    (use,) = substitute(f"${{UNSET{operator}x}}", {}).uses
    assert (use.operator, use.has_default, use.defined) == (operator, True, False)


def test_nesting_has_a_limit() -> None:
    def nested(levels: int) -> str:
        return "${UNSET:-" * levels + "x" + "}" * levels

    assert substitute(nested(MAX_DEPTH), {}).text == "x"
    with pytest.raises(SubstitutionError, match=f"nested more than {MAX_DEPTH} deep"):
        substitute(nested(MAX_DEPTH + 1), {})


@pytest.mark.parametrize(
    ("text", "value", "length"),
    [
        ("$" * 2_000_000, "", 1_000_000),
        ("a$b " * 500_000, "", 2_000_000),
        ("${A" + ":-x" * 500_000 + "}", "", 1_499_998),
        ("${A:-" + "${B}x" * 20_000 + "}", "", 20_000),
        ("${" + "A" * 500_000 + "}", "", 0),
        ("${A//" + r"\/" * 200_000 + "/x}", "ab", 2),
        ("${A##*x*y*z}", "ab" * 200_000, 400_000),
        ("${A%%*b*a*" + "?" * 500 + "}", "ab" * 10_000, 0),
    ],
)
def test_long_input_takes_linear_time(text: str, value: str, length: int) -> None:
    """Every case takes about a second at most; a quadratic step would take minutes."""
    started = time.perf_counter()
    assert len(substitute(text, {"A": value}).text) == length
    assert time.perf_counter() - started < 15


# Text that is more likely than chance to be an expression.
texts = st.lists(
    st.sampled_from(
        ["${", "}", "$", ":", ":-", "/", "#", "%", "^", ",", "*", "[", "]", "\\", "A", "B", "1", "\n"]
    )
    | st.text(max_size=3),
    max_size=20,
).map("".join)
lookups = st.dictionaries(st.sampled_from(["A", "B", "1"]), st.text(max_size=8))


@given(st.text().filter(lambda text: "$" not in text), lookups)
def test_text_without_a_dollar_is_unchanged(text: str, lookup: dict[str, str]) -> None:
    assert substitute(text, lookup, strict=True) == Substituted(text)


@given(texts, lookups, st.booleans())
def test_any_text_has_a_result_or_an_error_with_a_place(
    text: str, lookup: dict[str, str], strict: bool
) -> None:
    outcome = result_or_error(text, lookup, strict)
    if isinstance(outcome, SubstitutionError):
        assert outcome.message
        assert 0 <= outcome.start < outcome.end <= len(text)
        assert text.startswith("${", outcome.start)
        return
    for use in outcome.uses:
        assert text.startswith("${", use.start)
        assert text[use.end - 1] == "}"
        assert use.name in text[use.start : use.end]
        assert use.defined == (use.name in lookup)
    assert list(outcome.uses) == sorted(outcome.uses, key=lambda use: use.start)


def result_or_error(text: str, lookup: dict[str, str], strict: bool) -> Substituted | SubstitutionError:
    try:
        return substitute(text, lookup, strict=strict)
    except SubstitutionError as error:
        return error


@given(st.text(alphabet="AB1_:-/#x ", max_size=12), lookups)
def test_an_escaped_expression_reads_no_variable(inner: str, lookup: dict[str, str]) -> None:
    substituted = substitute(f"$${{{inner}}}", lookup, strict=True)
    assert substituted == Substituted(f"${{{inner}}}")


@given(texts)
def test_doubling_the_dollars_protects_any_text(text: str) -> None:
    assert substitute(text.replace("$", "$$"), {}, strict=True) == Substituted(text)


@given(lookups, st.sampled_from(["", ":-x", "^^", "#a*", "/a/b"]), st.text(alphabet="xyz\n", max_size=5))
def test_expressions_do_not_touch_their_neighbours(
    lookup: dict[str, str], function: str, around: str
) -> None:
    alone = substitute(f"${{A{function}}}", lookup).text
    assert substitute(f"{around}${{A{function}}}{around}", lookup).text == around + alone + around
