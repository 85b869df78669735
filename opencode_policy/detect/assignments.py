"""Values of names that promise a secret: `password: x`, `API_KEY=x`, `--token x`, `{name: T, value: x}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.names import NameKind, kind_of_name
from opencode_policy.detect.secret import Secret
from opencode_policy.detect.values import can_be_secret, is_identifier, looks_random
from opencode_policy.lean import dataclass

STRUCTURED = (".yaml", ".yml", ".json", ".env", ".ini", ".toml", ".conf", ".cfg", ".properties", ".tfvars")
"""Files in which what stands behind a key is its value; elsewhere it may as well be prose or code."""

_TELLING = ("pass", "pwd", "token", "secret", "cred", "auth", "jwt", "pat", "bearer", "key")
"""Every name that promises a secret has one of these in it."""

_WORD_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-")
_SEPARATOR = re.compile(r"(?:\\{0,3}[\"'])?[ \t]*+(?::=|=>|[:=])")
_DEFAULT = re.compile(r":?[-=]")
"""What stands between a variable and its default: `${NAME:-x}`."""

_SPACE = re.compile(r"[ \t]++(?=[^\s-])")
_LABEL = re.compile(r"(?:\b|[\"'])(?:name|key)(?:\\{0,3}[\"'])?[ \t]*:[ \t]*(?:\\{0,3}[\"'])?\Z")
_VALUE = re.compile(
    r"(?:\\{0,3}[\"'])?[ \t]*+(?:\#[^\n]*)?,?\s*+(?:\\{0,3}[\"'])?value(?:\\{0,3}[\"'])?[ \t]*+:"
)
_LABEL_WINDOW = 24
_LONGEST_VALUE = 400
"""How far before its name a value may begin, where they stand in this order."""

_BLOCK = re.compile(r"[|>][-+\d]*[ \t]*(?:#[^\n]*)?\r?\n[ \t]+")
_QUOTE = re.compile(r"\\{0,3}[\"']")
_WORD = re.compile(r"[^\s,;\"'`)\]}\\]+")
_PROPERTY = re.compile(r"[&*!]\w")
"""An anchor, an alias or a tag of YAML stands where the value would."""

_CODE = re.compile(r"[(){}\[\]]|\A[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+;?\Z|;\Z")
_TALKS_ABOUT = re.compile(r"(?i)pass|secret|token|key|cred|auth")
_OBJECT_NAME = re.compile(r"(?=.*-)[a-z0-9]{1,12}(?:[-.][a-z0-9]{1,12})+")
"""The name of an object, with the hash of a generator: a `secret:` may well be one."""

_SHORTEST = 5
_LONGEST = 8192
"""Longest value in quotes; it keeps the time linear in a file that is one line."""

_JUDGED = 128
"""So much of a value tells what it is."""

_BEHIND = 120


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that stands behind a name; `alone` tells that nothing but a comment follows on its line."""

    text: str
    start: int
    quoted: bool
    alone: bool


class Candidate:
    """A name that promises a secret; `at` is where its value begins, -1 where that stands elsewhere."""

    __slots__ = ("at", "name")

    def __init__(self, name: str, at: int) -> None:
        self.name = name
        self.at = at


def candidates(text: str) -> tuple[Candidate, ...]:
    """Names in a text that promise a secret and are given something; cheap, for searching many files."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(char.lower() if char.isascii() else char for char in text)
    found = {}
    for word in _TELLING:
        start = lower.find(word)
        while start >= 0:
            end = start + len(word)
            if word != "pat" or not lower[end : end + 1].isalpha():
                first, last = _whole_word(text, start, end)
                found[first] = last
                end = max(end, last)
            start = lower.find(word, end)
    named = (_candidate(text, start, end) for start, end in sorted(found.items()))
    return tuple(item for item in named if item is not None)


def _whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    size = len(text)
    while start and text[start - 1] in _WORD_CHARACTERS:
        start -= 1
    while end < size and text[end] in _WORD_CHARACTERS:
        end += 1
    return start, end


def _candidate(text: str, start: int, end: int) -> Candidate | None:
    word = text[start:end]
    name = word.lstrip("-./")
    if not kind_of_name(name):
        return None
    given = (
        _default(text, start, end)
        or _SEPARATOR.match(text, end)
        or (word.startswith("--") and _SPACE.match(text, end))
    )
    if given:
        return Candidate(name, given.end())
    if word.startswith("--"):  # an item of a list, its value the next one
        return Candidate(name, -1)
    if _LABEL.search(text[max(0, start - _LABEL_WINDOW) : start]) is None:
        return None
    value = _VALUE.match(text, end)
    if value is not None:
        return Candidate(name, value.end())
    before = text[max(0, start - _LONGEST_VALUE) : start]
    return Candidate(name, -1) if "value:" in before or 'value"' in before else None


def _default(text: str, start: int, end: int) -> re.Match[str] | None:
    return _DEFAULT.match(text, end) if text.startswith("${", start - 2) else None


def assignments(text: str, found: Iterable[Candidate], *, structured: bool) -> Iterator[Secret]:
    """Literal values among those of the candidates; never certain."""
    for candidate in found:
        value = _value_at(text, candidate.at) if candidate.at >= 0 else None
        if value is None:
            continue
        kind = kind_of_name(candidate.name)
        if is_literal(kind, value.text, structured=structured, quoted=value.quoted, alone=value.alone):
            end = value.start + len(value.text)
            yield Secret(f"the value of '{candidate.name}'", value.start, end, False, Concealed(value.text))


def _value_at(text: str, start: int) -> _Value | None:
    while text[start : start + 1] in (" ", "\t", "["):  # of a list the first item counts
        start += 1
    block = _BLOCK.match(text, start)
    start = block.end() if block else start
    quote = _QUOTE.match(text, start)
    if quote is not None:
        end = text.find(quote[0], quote.end(), quote.end() + _LONGEST)
        inside = text[quote.end() : end] if end >= 0 else ""
        closed = bool(inside) and "\n" not in inside
        return _Value(inside, quote.end(), True, _alone(text, end + len(quote[0]))) if closed else None
    word = None if _PROPERTY.match(text, start) else _WORD.match(text, start, start + _JUDGED)
    if word is None:
        return None
    end = word.end()
    if end == start + _JUDGED:
        end = start + len(text[start : start + _LONGEST].split(None, 1)[0])
    return _Value(text[start:end], start, False, _alone(text, end))


def _alone(text: str, end: int) -> bool:
    """Whether nothing but closing marks and a comment stands behind a value on its line."""
    rest = text[end : end + _BEHIND].partition("\n")[0].lstrip("\"'`,;)]}\\ \t\r")
    return not rest or rest.startswith(("#", "//"))


def is_literal(kind: NameKind, text: str, *, structured: bool, quoted: bool, alone: bool) -> bool:
    """Whether a value is a secret as far as one can tell from the kind of its name and from its form.

    `structured` says that it is certainly the name's value, as in YAML, and no word of prose or code.
    """
    text = text[:_JUDGED]
    if not kind or len(text) < _SHORTEST:
        return False
    fits = _is_key_material(kind, text) or (
        kind == "password" and alone and _is_word(text, prose=not structured)
    )
    code = not structured and not quoted and _CODE.search(text) is not None
    return fits and not code and can_be_secret(text)


def _is_key_material(kind: NameKind, text: str) -> bool:
    return looks_random(text) and (kind != "secret" or not _OBJECT_NAME.fullmatch(text))


def _is_word(text: str, *, prose: bool) -> bool:
    """Whether a text can be a password that a person has made up: in prose it must not be a mere word."""
    if any(char.isspace() for char in text):
        return False
    return _mixed(text) if prose else not (is_identifier(text) and _TALKS_ABOUT.search(text))


def _mixed(text: str) -> bool:
    """Whether a text has letters and digits or signs, as passwords do and words of prose do not."""
    letters = any(char.isalpha() for char in text)
    return letters and any(not char.isalpha() for char in text) and not is_identifier(text)
