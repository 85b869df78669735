"""Text of manifests as a terminal may show it: no control sequences, known width, wrapped at words."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 1000
"""Characters of a message that are shown; real ones have some hundred, but a message may quote a value."""

_ZERO_WIDTH = ("Mn", "Me")
_COMMAND_BRACKET = re.compile(r"##(?=(?:vso)?\[)")


def visible(text: str) -> str:
    r"""The text with every character that is not printable written as an escape such as `\x1b`.

    That covers terminal sequences, line breaks, bidirectional overrides, invisible and no-break spaces.
    `##[` and `##vso[` begin commands of CI runners anywhere in a log line and are broken up as well.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else escape(char) for char in text)
    return _COMMAND_BRACKET.sub(r"#\\x23", text) if "##" in text else text


def brief(text: str) -> str:
    """The text for one line of a report, whatever a message quotes; a longer one ends in three dots."""
    return visible(text) if len(text) <= LONGEST else visible(text[:LONGEST]) + "..."


def escape(char: str) -> str:
    """A character as an escape sequence in ASCII."""
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Cells that a printable text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(char_width, text))


def char_width(char: str) -> int:
    """Cells of one printable character: 2 for an East Asian wide one, 0 for a combining one."""
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return 2
    return 0 if unicodedata.category(char) in _ZERO_WIDTH else 1


def wrap(text: str, limit: int, *, hang: int = 0) -> list[str]:
    """Lines of at most `limit` cells, broken at spaces; a longer word gets a line of its own.

    All lines but the first are indented by `hang`. None begins with `::`, as a workflow command of
    GitHub Actions does.
    """
    lines: list[str] = []
    current = ""
    for word in visible(text).split(" "):
        room = limit - (hang if lines else 0)
        if current and width(current) + 1 + width(word) > room:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    lines = [_no_command(line) for line in (*lines, current)]
    return [lines[0], *(" " * hang + line for line in lines[1:])]


def _no_command(line: str) -> str:
    return "\\x3a" + line[1:] if line.startswith("::") else line
