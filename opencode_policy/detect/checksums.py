"""Checksums by which a token proves itself without asking the service that issued it."""

from __future__ import annotations

import zlib

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def crc32_base62(body: str) -> str:
    """The six characters that GitHub and npm append: the CRC-32 of the body in base 62, padded with 0.

    Described in "Behind GitHub's new authentication token formats" (github.blog, 2021) and in npm's
    announcement of the same format.
    """
    number = zlib.crc32(body.encode())
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(_CHECKSUM_LENGTH, "0")


def has_crc32_base62(token: str) -> bool:
    """Whether a token `prefix_BODYccccccc` ends in the checksum of its body."""
    body = token.rpartition("_")[2]
    return body[-_CHECKSUM_LENGTH:] == crc32_base62(body[:-_CHECKSUM_LENGTH])


def is_bech32(text: str) -> bool:
    """Whether a text is valid bech32 (BIP 173), as age writes its keys; the length is not limited."""
    text = text.lower()
    prefix, one, data = text.rpartition("1")
    if not one or not prefix or any(char not in _BECH32 for char in data):
        return False
    expanded = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    return _polymod(expanded + [_BECH32.index(char) for char in data]) == 1


def _polymod(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for index, generator in enumerate(_BECH32_GENERATORS):
            if top >> index & 1:
                state ^= generator
    return state
