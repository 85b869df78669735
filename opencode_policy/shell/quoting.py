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
_UNQUOTED = re.compile(r"\\(.)", re.DOTALL)
_DOUBLE = re.compile(r"\\([$`\"\\\n])")
_HEREDOC = re.compile(r"\\([$`\\\n])")
_BACKQUOTED = re.compile(r"\\([$`\\])")


def unquoted(text: str) -> list[Run]:
    """Remove the backslashes of text outside quotes (POSIX 2.2.1)."""
    return _unescape(text, _UNQUOTED)


def double_quoted(text: str) -> list[Run]:
    """Remove the backslashes that count between double quotes (POSIX 2.2.3)."""
    return _unescape(text, _DOUBLE)


def here_document(text: str) -> list[Run]:
    """Remove the backslashes that count in a here-document with an unquoted delimiter (POSIX 2.7.4)."""
    return _unescape(text, _HEREDOC)


def backquoted(text: str) -> list[Run]:
    """Remove one level of backslashes from a command between backquotes (POSIX 2.6.3)."""
    return _unescape(text, _BACKQUOTED)


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
