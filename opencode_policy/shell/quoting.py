"""Quote removal: what a shell leaves of a stretch of script text.

Every function returns runs `(value, start, end)`: `value` is what remains of `text[start:end]`. A run is
either copied unchanged, so that both have one length, or is a single escape sequence.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Run = tuple[str, int, int]
_Replace = Callable[[re.Match[str]], str]

_ANSI = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_ANSI_LETTERS = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_DOUBLE = re.compile(r"\\([$`\"\\\n])")
_TABBED = re.compile(r"\t*([^\n]*\n?)")
_BACKQUOTED = re.compile(r"\\([$`\\])")


def backquoted(text: str) -> list[Run]:
    """Remove one level of backslashes from a command between backquotes (POSIX 2.6.3)."""
    return _unescape(text, _BACKQUOTED)


def backquoted_in_double(text: str) -> list[Run]:
    """The same for a command between backquotes that stand between double quotes."""
    return _unescape(text, _DOUBLE)


def without_tabs(text: str) -> list[Run]:
    """Remove the tabs at the start of each line, as `<<-` does."""
    return [(match[1], match.start(1), match.end(1)) for match in _TABBED.finditer(text) if match[1]]


def ansi_c(text: str) -> list[Run]:
    """Decode what stands between the quotes of `$'...'`."""
    return _runs(text, _ANSI, _ansi_character)


def raw(text: str) -> list[Run]:
    """Keep the text as it is."""
    return [(text, 0, len(text))] if text else []


def _unescape(text: str, pattern: re.Pattern[str]) -> list[Run]:
    return _runs(text, pattern, lambda match: "" if match[1] == "\n" else match[1])


def _runs(text: str, pattern: re.Pattern[str], replace: _Replace) -> list[Run]:
    if "\\" not in text:
        return raw(text)
    runs: list[Run] = []
    at = 0
    for match in pattern.finditer(text):
        if match.start() > at:
            runs.append((text[at : match.start()], at, match.start()))
        value = replace(match)
        if value:
            runs.append((value, match.start(), match.end()))
        at = match.end()
    if at < len(text):
        runs.append((text[at:], at, len(text)))
    return runs


def _ansi_character(match: re.Match[str]) -> str:
    two, four, eight, octal, control, other = match.groups()
    code = two or four or eight
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else ""
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if control:
        return chr(ord(control) & 0x1F)
    return _ANSI_LETTERS.get(other, other if other in "\\'\"?" else "\\" + other)
