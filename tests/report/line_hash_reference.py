"""GitHub's line hash once more, written from its description and slow: what ours is compared with."""

from __future__ import annotations

import re


def slow_line_hashes(text: str) -> list[str]:
    """Hash of each line: squeeze the text, cut 100 units at each line start, sum the powers."""
    units = [text.encode("utf-16-le", "surrogatepass")[at : at + 2] for at in range(0, 2 * _length(text), 2)]
    numbers = [int.from_bytes(unit, "little") for unit in units]
    squeezed = _squeezed("".join(chr(number) for number in numbers))
    starts = [0, *(match.end() for match in re.finditer("\n", squeezed))]
    padded = squeezed + "\uffff" + "\0" * 100
    found: list[str] = []
    for start in starts:
        window = padded[start : start + 100]
        value = sum(ord(unit) * 37 ** (99 - at) for at, unit in enumerate(window)) % 2**64
        before = sum(item.split(":")[0] == f"{value:x}" for item in found)
        found.append(f"{value:x}:{before + 1}")
    return found


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _squeezed(units: str) -> str:
    """LF directly behind CR goes, then blanks go, then CR becomes LF."""
    return re.sub("[ \t]", "", units.replace("\r\n", "\r")).replace("\r", "\n")
