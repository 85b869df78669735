"""Text in base64, standard or url-safe, on one line or wrapped over several."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from opencode_policy.detect.patterns import compiled

_ALPHABET = "A-Za-z0-9+/_-"
_GROUP = f"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][{_ALPHABET}]"
"""Four characters that stand for three bytes below 128: one group of four in eight does, by chance."""

_RUN = re.compile(rf"(?<![{_ALPHABET}])(?:{_GROUP}){{5,}}(?:[{_ALPHABET}]{{2,3}})?={{0,2}}(?![{_ALPHABET}])")
_WRAPPED = re.compile(
    rf"(?<![{_ALPHABET}])(?:[{_ALPHABET}]{{60,}}(?:\\n|\r?\n[ \t#]*))+[{_ALPHABET}]*={{0,2}}"
)
_PACKED = rf"(?<![{_ALPHABET}])H4sI[\n {_ALPHABET}]{{40,}}={{0,2}}"
"""What gzip's header becomes in base64."""

_MOST_UNPACKED = 1 << 20
_HEXADECIMAL = r"(?<![0-9A-Za-z])(?:(?:[2-7][0-9A-Fa-f]|0[9aAdD]){20,})(?![0-9A-Za-z])"
"""Twenty characters of text at least; of random digits one in a million is."""

_PLAIN = r"\w.~!*'()+&=:;,/-"
_PERCENT = rf"(?<![%{_PLAIN}])[{_PLAIN}]*+(?:%[0-9A-Fa-f]{{2}}[{_PLAIN}]*+){{3,}}+"
_SEPARATOR = re.compile(r"\\n|[\s#]+")


def is_run(word: str) -> bool:
    """Whether a word holds what may be text in base64; cheap, for searching many files."""
    return _RUN.search(word) is not None


def is_other(text: str) -> bool:
    """Whether a text holds what may be gzip in base64, hexadecimal or percent-encoding; cheap."""
    return "H4sI" in text or text.count("%") > 2 or compiled(_HEXADECIMAL).search(text) is not None


def decoded_otherwise(text: str) -> Iterator[tuple[int, int, str]]:
    """The same for text in gzip and base64, in hexadecimal, and percent-encoded."""
    for pattern, read in ((_PACKED, unpacked), (_HEXADECIMAL, _of_digits), (_PERCENT, _unescaped)):
        for found in compiled(pattern).finditer(text):
            plain = read(found[0])
            if plain and plain != found[0]:
                yield *found.span(), plain


def _of_digits(text: str) -> str:
    return _shown(bytes.fromhex(text))


def _unescaped(text: str) -> str:
    from urllib.parse import unquote_to_bytes

    return _shown(unquote_to_bytes(text))


def unpacked(text: str) -> str:
    """What gzip in base64 says, its beginning if it is long; empty where it says no text."""
    import zlib

    try:
        data = base64.b64decode("".join(text.split()).rstrip("=") + "==")
        plain = zlib.decompressobj(wbits=31).decompress(data, _MOST_UNPACKED)
    except (binascii.Error, ValueError, zlib.error):
        return ""
    return _shown(plain)


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
        return _shown(base64.b64decode(data + "=" * (-len(data) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _shown(data: bytes) -> str:
    """Bytes as text, if they are text."""
    try:
        plain = data.decode()
    except UnicodeDecodeError:
        return ""
    return plain if all(char.isprintable() or char in "\t\r\n" for char in plain) else ""
