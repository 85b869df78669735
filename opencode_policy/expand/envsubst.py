"""Flux postBuild substitution: what `${...}` becomes in a manifest before it is applied.

The semantics are those of github.com/fluxcd/pkg/envsubst v1.5.0, the engine of kustomize-controller 1.7.
It resembles bash and differs from it where it hurts:

* `$NAME` and `$(command)` are left alone, only `${` starts an expression; `$$` is one `$` everywhere.
* `${NAME-word}`, `${NAME?word}` and `${NAME+word}` are errors; `:+` and `:?` act like `:-`.
* A default replaces an empty value as well as an unset variable, and it is evaluated even when unused.
* Only a bare `${NAME}` is an error in strict mode; every other form takes an unset variable as empty.
* Lengths and offsets count UTF-8 bytes, and an end before the beginning makes the controller panic.

Two departures: a NUL, which no YAML text holds, does not end the text; and where `?`, `[...]` or the
shortest `*` of a trim would split a character into invalid UTF-8, here it takes the whole character.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Final, NoReturn

from opencode_policy.lean import dataclass

MAX_DEPTH: Final = 64
"""Levels of expressions inside expressions that are followed; a deeper one is an error."""

MAX_LENGTH: Final = 16 * 1024 * 1024
"""Characters that the values of one text may grow to; the API server takes objects of 3 MiB at most."""

LENGTH: Final = "length"
"""The operator of `${#NAME}`, named because `#` is also the operator of `${NAME#pattern}`."""

_BAD: Final = "bad substitution"
_NO_NAME: Final = "unable to parse variable name"
_NO_BRACE: Final = "missing closing brace"
_NO_ARGUMENT: Final = "unable to parse substitution within function"
_NOT_SET: Final = "variable not set (strict mode)"
_TOO_LONG: Final = f"the values grow beyond {MAX_LENGTH // 1024 // 1024} MiB"

# Not possessive around an alternative that can be taken back: Python before 3.11.5 then loses characters
# (gh-106052), and Debian 12 has 3.11.2. Nothing follows these groups, so that there is no backtracking.
_LITERAL: Final = re.compile(r"(?:[^$]++|\$(?!\{)\$?)*")
_ASCII_NAME: Final = re.compile(r"[A-Za-z0-9_]+")
_OPERATOR: Final = re.compile(r":[-=?+]?|=|[,^]{1,2}|/[/#%]?|##?|%%?")
_DEFAULTS: Final = frozenset({"=", ":=", ":-", ":?", ":+"})
_COLONS: Final = re.compile(r":+")
_SLASHES: Final = re.compile(r"/+")

# An argument runs to its delimiter or to the next expression. Only a replacement knows escapes.
_WORD: Final = re.compile(r"(?:[^$}]++|\$(?!\{))+")
_OFFSET: Final = re.compile(r"(?:[^$:}]++|\$(?!\{))+")
_REPLACED: Final = re.compile(r"(?:[^$/\\]++|\\[\\/]?|\$(?!\{)\$?)+")
_REPLACEMENT: Final = re.compile(r"(?:[^$}\\]++|\\[\\/]?|\$(?!\{)\$?)+")
_ESCAPE: Final = re.compile(r"\\([\\/])|\$(\$)")

_INTEGER: Final = re.compile(r"([-+]?)0*([0-9]{1,19})")
_INT64_MAX: Final = 2**63 - 1

_GLOB_RANGE: Final = re.compile(r"(\\.|[^]\\-])(?:-(\\.|[^]\\-]))?+", re.DOTALL)
_GLOB_TOKEN: Final = re.compile(
    r"(?P<stars>\*+)|(?P<any>\?)|\\(?P<escaped>.)|(?P<literal>[^[\\])"
    rf"|\[(?P<negated>\^?+)(?P<ranges>(?:{_GLOB_RANGE.pattern})++)\]",
    re.DOTALL,
)


class SubstitutionError(ValueError):
    """Text that Flux refuses, in Flux's words.

    `start` and `end` are offsets in the text. They enclose the offending expression, up to its closing
    brace if that is on the same line, else up to the end of the line.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class VariableUse:
    """One `${...}` of the text; `start` and `end` are the offsets of the whole expression.

    `operator` is what follows the name (`:-`, `//`, `^^`), empty for a bare `${NAME}`, `LENGTH` for
    `${#NAME}`. `has_default` is true of every operator that Flux treats as a default, `:+` and `:?` too.
    """

    name: str
    start: int
    end: int
    has_default: bool
    defined: bool
    operator: str


@dataclass(frozen=True, slots=True)
class Substituted:
    """The text after substitution, and the expressions of the input in the order they begin.

    `kept` are the expressions that stay as they are, because their value depends on an opaque variable.
    """

    text: str
    uses: tuple[VariableUse, ...] = ()
    kept: tuple[VariableUse, ...] = ()


class _Opaque(Exception):  # noqa: N818 - a way out of an expression, not an error
    """The value of an expression depends on a variable of which only the name is known."""


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    operator: str
    arguments: "tuple[_Part, ...]"
    start: int
    end: int


_Part = str | _Call


def substitute(
    text: str, lookup: Mapping[str, str], *, strict: bool = False, opaque: Container[str] = ()
) -> Substituted:
    """Replace the expressions of `text` by the values in `lookup`.

    Of `opaque` variables only the names are known: an expression whose value depends on one stays as it is
    written. Raises SubstitutionError for what Flux cannot parse, for an unset variable in strict mode, for
    `${NAME:offset:length}` with an end before its beginning, and for values that grow beyond MAX_LENGTH.
    A text with one bad expression has no result.
    """
    if "$" not in text:
        return Substituted(text)
    parts = _Parser(text).parse()
    evaluator = _Evaluator(text, lookup, strict, opaque)
    result = "".join(evaluator.pieces(parts))
    uses = tuple(_uses(parts, lookup, opaque))
    return Substituted(result, uses, tuple(use for use in uses if use.start in evaluator.kept))


class _Parser:
    """Reads the text from left to right, once; the whole text is parsed before anything is evaluated."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[int] = []

    def parse(self) -> list[_Part]:
        parts: list[_Part] = [self._take(_LITERAL).replace("$$", "$")]
        while self._at < len(self._text):
            parts.append(self._call())
            parts.append(self._take(_LITERAL).replace("$$", "$"))
        return parts

    def _call(self) -> _Call:
        start = self._at
        self._open.append(start)
        self._at += len("${")
        if len(self._open) > MAX_DEPTH:
            self._fail(f"expressions nested more than {MAX_DEPTH} deep")
        name, operator, arguments = self._length() if self._sees("#") else self._form()
        self._open.pop()
        return _Call(name, operator, arguments, start, self._at)

    def _length(self) -> tuple[str, str, tuple[_Part, ...]]:
        self._at += len("#")
        name = self._name(_BAD)
        self._close(_BAD)
        return name, LENGTH, ()

    def _form(self) -> tuple[str, str, tuple[_Part, ...]]:
        name = self._name(_NO_NAME)
        operator = self._take(_OPERATOR)
        arguments = self._arguments(operator)
        self._close(_BAD if operator else _NO_BRACE)
        return name, operator, arguments

    def _arguments(self, operator: str) -> tuple[_Part, ...]:
        if operator in _DEFAULTS:
            return tuple(self._default())
        if operator == ":":
            return self._offset_and_length()
        if operator.startswith("/"):
            return self._replacement()
        return (self._argument(_WORD),) if operator.startswith(("#", "%")) else ()

    def _default(self) -> Iterator[_Part]:
        while not self._sees("}"):
            yield self._argument(_WORD)

    def _offset_and_length(self) -> tuple[_Part, ...]:
        following = self._text[self._at : self._at + 1]
        if not following or not following.isascii():  # Flux's scanner steps back too far here
            self._fail(_BAD)
        offset = self._argument(_OFFSET)
        return (offset, self._argument(_WORD)) if self._take(_COLONS) else (offset,)

    def _replacement(self) -> tuple[_Part, ...]:
        replaced = self._argument(_REPLACED)
        if not self._take(_SLASHES):
            self._fail(_BAD)
        parts = (replaced,) if self._sees("}") else (replaced, self._argument(_REPLACEMENT))
        return tuple(_ESCAPE.sub(r"\1\2", part) if isinstance(part, str) else part for part in parts)

    def _argument(self, word: re.Pattern[str]) -> _Part:
        return self._call() if self._sees("${") else self._take(word) or self._fail(_NO_ARGUMENT)

    def _name(self, otherwise: str) -> str:
        start = self._at
        self._take(_ASCII_NAME)
        while _names(self._text[self._at : self._at + 1]):
            self._at += 1
        return self._text[start : self._at] or self._fail(otherwise)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found.group() if found else ""

    def _sees(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _close(self, otherwise: str) -> None:
        if not self._sees("}"):
            self._fail(otherwise)
        self._at += len("}")

    def _fail(self, message: str) -> NoReturn:
        start = self._open[-1]
        newline = self._text.find("\n", start)
        line_end = len(self._text) if newline < 0 else newline
        brace = self._text.find("}", self._at, line_end)
        raise SubstitutionError(message, start, line_end if brace < 0 else brace + 1)


def _names(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdecimal()


def _uses(parts: Iterable[_Part], lookup: Mapping[str, str], opaque: Container[str]) -> Iterator[VariableUse]:
    for part in parts:
        if isinstance(part, _Call):
            defined = part.name in lookup or part.name in opaque
            has_default = part.operator in _DEFAULTS
            yield VariableUse(part.name, part.start, part.end, has_default, defined, part.operator)
            yield from _uses(part.arguments, lookup, opaque)


class _Evaluator:
    """Evaluates what was parsed. `kept` are the offsets of expressions that stay as they are."""

    def __init__(self, text: str, lookup: Mapping[str, str], strict: bool, opaque: Container[str]) -> None:
        self._text = text
        self._lookup = lookup
        self._strict = strict
        self._opaque = opaque
        self._left = max(MAX_LENGTH, 4 * len(text))
        self.kept: set[int] = set()

    def pieces(self, parts: Iterable[_Part]) -> Iterator[str]:
        """Text of each part; the growth of all of them together is bounded."""
        for part in parts:
            yield part if isinstance(part, str) else self._whole(part)

    def _whole(self, call: _Call) -> str:
        try:
            value = self._value(call)
        except _Opaque:
            self.kept.add(call.start)
            return self._text[call.start : call.end]
        self._spend(len(value), call)
        return value

    def _value(self, call: _Call) -> str:
        value = self._looked_up(call)
        arguments = self._arguments(call, unused=bool(value) and call.operator in _DEFAULTS)
        self._refuse_growth(call, value, arguments)
        function = _FUNCTIONS.get(call.operator, _or_default)
        try:
            return function(value, arguments)
        except IndexError as error:
            raise SubstitutionError(str(error), call.start, call.end) from None

    def _arguments(self, call: _Call, *, unused: bool) -> list[str]:
        """Flux evaluates the default of a variable that is set, too; only what it is does not matter then."""
        try:
            return [part if isinstance(part, str) else self._value(part) for part in call.arguments]
        except _Opaque:
            if unused:
                return []
            raise

    def _looked_up(self, call: _Call) -> str:
        if call.name in self._opaque and call.name not in self._lookup:
            raise _Opaque
        if self._strict and not call.operator and call.name not in self._lookup:
            raise SubstitutionError(f'{_NOT_SET}: "{call.name}"', call.start, call.end)
        return self._lookup.get(call.name, "")

    def _refuse_growth(self, call: _Call, value: str, arguments: Sequence[str]) -> None:
        """A replacement may make a value longer than all the texts it is made of."""
        if call.operator == "//" and len(arguments) > 1:
            grown = value.count(arguments[0]) * sum(map(len, arguments[1:]))
            self._spend(max(grown, 0), call)
        self._spend(sum(map(len, arguments)), call)

    def _spend(self, characters: int, call: _Call) -> None:
        self._left -= characters
        if self._left < 0:
            raise SubstitutionError(_TOO_LONG, call.start, call.end)


def _or_default(value: str, arguments: Sequence[str]) -> str:
    return value or "".join(arguments)


def _length(value: str, _: Sequence[str]) -> str:
    return str(len(_utf8(value)))


def _utf8(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _upper(text: str) -> str:
    """Upper case by Unicode's one-to-one mapping: `ß` stays, because its upper case is two letters."""
    return "".join(next((c for c in (old.upper(), old.title()) if len(c) == 1), old) for old in text)


def _lower(text: str) -> str:
    return "".join(old.lower()[0] for old in text)


def _substring(value: str, arguments: Sequence[str]) -> str:
    """The bytes from an offset, counted from the end if negative, and as many as a length says."""
    raw = _utf8(value)
    numbers = [number for number in map(_integer, arguments) if number is not None]
    if len(numbers) < len(arguments):
        return value
    start = max(numbers[0] + len(raw), 0) if numbers[0] < 0 else numbers[0]
    end = start + numbers[1] if len(numbers) > 1 else len(raw)
    if end < min(start, len(raw)):
        raise IndexError(f"slice bounds out of range [{'' if end < 0 else start}:{end}]")
    return raw[start:end].decode("utf-8", "replace")


def _integer(text: str) -> int | None:
    found = _INTEGER.fullmatch(text)
    number = int(found.group(1) + found.group(2)) if found else None
    return number if number is not None and -_INT64_MAX - 1 <= number <= _INT64_MAX else None


def _replace_first(value: str, arguments: Sequence[str]) -> str:
    return value.replace(arguments[0], "".join(arguments[1:]), 1)


def _replace_all(value: str, arguments: Sequence[str]) -> str:
    return value.replace(arguments[0], "".join(arguments[1:]))


def _replace_prefix(value: str, arguments: Sequence[str]) -> str:
    """Unlike the other replacements, an anchored one without a replacement changes nothing."""
    anchored = len(arguments) > 1 and value.startswith(arguments[0])
    return arguments[1] + value[len(arguments[0]) :] if anchored else value


def _replace_suffix(value: str, arguments: Sequence[str]) -> str:
    anchored = len(arguments) > 1 and value.endswith(arguments[0])
    return value.removesuffix(arguments[0]) + arguments[1] if anchored else value


def _trim_prefix(value: str, pattern: str, *, longest: bool) -> str:
    """Without the shortest or longest beginning, at least one character, that the pattern matches."""
    glob = _glob(pattern, ".*" if longest else ".*?") if pattern else None
    matched = glob.match(value) if glob else None
    return value[max(matched.end(), 1) :] if matched else value


def _trim_suffix(value: str, pattern: str, *, longest: bool) -> str:
    # Flux reverses the pattern as plain text too, so no class and no escape works from the end.
    return _trim_prefix(value[::-1], pattern[::-1], longest=longest)[::-1]


def _glob(pattern: str, last_gap: str) -> re.Pattern[str] | None:
    """A regular expression, or None for a malformed pattern, which never matches.

    As in Go's path.Match, every run but the last is bound where it is first found, which atomic groups
    express: matching takes time in proportion to the value, whatever the number of stars.
    """
    runs: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        token = _GLOB_TOKEN.match(pattern, at)
        if token is None:
            return None
        at = token.end()
        runs.append([]) if token["stars"] else runs[-1].append(_element(token))
    first, *others = ("".join(run) for run in runs)
    bound = "".join(f"(?>.*?{run})" for run in others[:-1])
    return re.compile(first + bound + (last_gap + others[-1] if others else ""), re.DOTALL)


def _element(token: re.Match[str]) -> str:
    if token["any"]:
        return "."
    if not token["ranges"]:
        return re.escape(token["escaped"] or token["literal"])
    bounds = [(low[-1], (high or low)[-1]) for low, high in _GLOB_RANGE.findall(token["ranges"])]
    ranges = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in bounds if low <= high)
    return f"[{token['negated']}{ranges}]" if ranges else "." if token["negated"] else "(?!)"


_FUNCTIONS: Final[Mapping[str, Callable[[str, Sequence[str]], str]]] = {
    LENGTH: _length,
    "^": lambda value, _: _upper(value[:1]) + value[1:],
    "^^": lambda value, _: _upper(value),
    ",": lambda value, _: _lower(value[:1]) + value[1:],
    ",,": lambda value, _: _lower(value),
    ":": _substring,
    "/": _replace_first,
    "//": _replace_all,
    "/#": _replace_prefix,
    "/%": _replace_suffix,
    "#": lambda value, words: _trim_prefix(value, words[0], longest=False),
    "##": lambda value, words: _trim_prefix(value, words[0], longest=True),
    "%": lambda value, words: _trim_suffix(value, words[0], longest=False),
    "%%": lambda value, words: _trim_suffix(value, words[0], longest=True),
}
