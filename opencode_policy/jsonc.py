"""JSON with comments and trailing commas, and the place of every value in it.

So OpenCode reads its configuration (packages/opencode/src/config/parse.ts: jsonc-parser, allowTrailingComma).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from opencode_policy.lean import dataclass
from opencode_policy.nodes import Scalar

MAX_DEPTH = 200
"""Deepest nesting that is read."""

_BLANK = re.compile(r"(?:[ \t\r\n\f\v\ufeff]|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.])")
_WORD = re.compile(r"[A-Za-z]+")
_INSERTED = re.compile(r"\{(?:env|file):[^}]+\}")
_WORDS: Mapping[str, Scalar] = {"true": True, "false": False, "null": None}


class JsoncError(ValueError):
    """The text is no JSON; `start` and `end` are the offsets of what is wrong."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Inserted:
    """`{env:NAME}` or `{file:path}`, which OpenCode replaces before it parses."""

    text: str


Content = Scalar | Inserted | Mapping[str, "Json"] | Sequence["Json"]


@dataclass(frozen=True, slots=True)
class Json:
    """A value and the half-open range of the text that holds it."""

    content: Content
    start: int
    end: int

    @property
    def entries(self) -> Mapping[str, Json]:
        """Members of an object, none of anything else; of two with one name the last counts."""
        return self.content if isinstance(self.content, Mapping) else {}

    @property
    def items(self) -> Sequence[Json]:
        """Items of an array, none of anything else."""
        return self.content if isinstance(self.content, tuple) else ()


def parse_jsonc(text: str) -> Json:
    """The value of a text. Raises JsoncError."""
    reader = _Reader(text)
    value = reader.value(0)
    reader.skip()
    if reader.at < len(text):
        raise reader.error("there is more behind the end of the value")
    return value


class _Reader:
    """A position in the text that moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Pass over blanks and comments."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def error(self, message: str) -> JsoncError:
        return JsoncError(message, self.at, min(self.at + 1, len(self.text)))

    def take(self, char: str) -> bool:
        """Pass over blanks and then a character, if it is there."""
        self.skip()
        found = self.text.startswith(char, self.at)
        self.at += found
        return found

    def expect(self, char: str, where: str) -> None:
        if not self.take(char):
            raise self.error(f"'{char}' is missing {where}")

    def value(self, depth: int) -> Json:
        self.skip()
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels")
        char = self.text[self.at : self.at + 1]
        inserted = _INSERTED.match(self.text, self.at)
        if inserted:
            return self._token(Inserted(inserted[0]), inserted)
        if char == "{":
            return self._object(depth)
        if char == "[":
            return self._array(depth)
        return self._string() if char == '"' else self._plain()

    def _token(self, content: Content, match: re.Match[str]) -> Json:
        self.at = match.end()
        return Json(content, match.start(), match.end())

    def _string(self) -> Json:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.error("this string does not end on its line, or holds what JSON does not allow")
        return self._token(_unescaped(match[0]), match)

    def _plain(self) -> Json:
        number, word = _NUMBER.match(self.text, self.at), _WORD.match(self.text, self.at)
        if number:
            return self._token(float(number[0]) if set(number[0]) & set(".eE") else int(number[0]), number)
        if word and word[0] in _WORDS:
            return self._token(_WORDS[word[0]], word)
        raise self.error("a value is missing" if not word else f"'{word[0]}' is no JSON value")

    def _object(self, depth: int) -> Json:
        start, found = self.at, dict[str, Json]()
        self.expect("{", "here")
        while not self.take("}"):
            self.skip()
            if not self.text.startswith('"', self.at):
                raise self.error("a name in double quotes is missing")
            name = self._string()
            self.expect(":", "behind a name")
            found[str(name.content)] = self.value(depth + 1)
            if not self.take(","):
                self.expect("}", "at the end of the object, or ',' between its members")
                break
        return Json(found, start, self.at)

    def _array(self, depth: int) -> Json:
        start, found = self.at, list[Json]()
        self.expect("[", "here")
        while not self.take("]"):
            found.append(self.value(depth + 1))
            if not self.take(","):
                self.expect("]", "at the end of the list, or ',' between its items")
                break
        return Json(tuple(found), start, self.at)


def _unescaped(literal: str) -> str:
    import json  # most texts have no escape at all

    text: str = json.loads(literal) if "\\" in literal else literal[1:-1]
    return text
