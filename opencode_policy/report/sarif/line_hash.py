"""The line hash by which GitHub follows an alert from commit to commit.

Source: github/codeql-action v4.36.3, src/fingerprints.ts. Its upload step computes the hash where it is
missing, so what is written here must be the very same.
"""

from __future__ import annotations

from array import array
from collections import Counter

WINDOW = 100
"""Units of UTF-16 that go into the hash of a line, from its first one on."""

_BASE = 37
_MASK = 2**64 - 1
_END_OF_FILE = 0xFFFF
_LF, _CR, _SPACE, _TAB = 0x0A, 0x0D, 0x20, 0x09


def line_hashes(text: str) -> list[str]:
    """Hash of every line, in order; a text that ends in a line break has one more line than breaks."""
    kept, starts = _kept(text)
    kept.append(_END_OF_FILE)
    kept.extend([0] * WINDOW)
    seen: Counter[int] = Counter()
    hashes: list[str] = []
    for start in starts:
        value = _hash(kept, start)
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes


def _kept(text: str) -> tuple[array[int], list[int]]:
    """Units without blanks, every line break made one LF, and where lines begin among them."""
    kept: array[int] = array("H")
    starts = [0]
    after_cr = False
    for unit in _units(text):
        if unit in (_SPACE, _TAB) or (unit == _LF and after_cr):
            after_cr = False
            continue
        after_cr = unit == _CR
        kept.append(_LF if after_cr else unit)
        if kept[-1] == _LF:
            starts.append(len(kept))
    return kept, starts


def _units(text: str) -> array[int]:
    units: array[int] = array("H")
    units.frombytes(text.encode("utf-16-le", errors="surrogatepass"))
    if array("H", [1]).tobytes() != b"\x01\x00":
        units.byteswap()
    return units


def _hash(units: array[int], start: int) -> int:
    value = 0
    for unit in units[start : start + WINDOW]:
        value = value * _BASE + unit & _MASK
    return value
