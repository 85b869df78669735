"""Text in base64, standard or url-safe, on one line or wrapped over several."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_ALPHABET = "A-Za-z0-9+/_-"
_GROUP = f"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][{_ALPHABET}]"
"""Four characters that stand for three bytes below 128: one group of four in eight does, by chance."""

_RUN = re.compile(rf"(?<![{_ALPHABET}])(?:{_GROUP}){{5,}}(?:[{_ALPHABET}]{{2,3}})?={{0,2}}(?![{_ALPHABET}])")
_WRAPPED = re.compile(
    rf"(?<![{_ALPHABET}])(?:[{_ALPHABET}]{{60,}}(?:\\n|\r?\n[ \t#]*))+[{_ALPHABET}]*={{0,2}}"
)
_SEPARATOR = re.compile(r"\\n|[\s#]+")


def is_run(word: str) -> bool:
    """Whether a word holds what may be text in base64; cheap, for searching many files."""
    return _RUN.search(word) is not None


def decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and decoded text of every stretch of base64 that stands for text."""
    covered: list[tuple[int, int]] = []
    for found in (*_WRAPPED.finditer(text), *_RUN.finditer(text)):
        start, end = found.span()
        plain = decode(_SEPARATOR.sub("", found[0]))
        if plain and not any(first <= start < last for first, last in covered):
            covered.append((start, end))
            yield start, end, plain


def decode(text: str) -> str:
    """What base64 says, if that is text; empty otherwise."""
    data = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = base64.b64decode(data + "=" * (-len(data) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return plain if all(char.isprintable() or char in "\t\r\n" for char in plain) else ""
