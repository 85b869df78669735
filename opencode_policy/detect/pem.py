"""Private keys in PEM (RFC 7468), also where the line breaks are escaped, folded or commented out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.secret import Secret

MARK = "PRIVATE KEY"
"""Text that every such block has."""

_BEGIN = re.compile(r"-----BEGIN (?P<label>(?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?)-----")
_HEADER = re.compile(r"[A-Z][A-Za-z-]*: [^\n\\]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]+")
_LEAST = 40
"""Fewest characters of base64 that a key can have; Ed25519, the shortest, has 64."""

_LONGEST = 20_000
_FEWEST_KINDS = 16
"""Fewest different characters among them: a row of x stands for a key and is none."""


def private_keys(text: str) -> Iterator[Secret]:
    """Every private key; a block that only shows the form (`...`) is none."""
    for begin in _BEGIN.finditer(text):
        end = _end(text, begin.end(), begin["label"])
        body = "".join(_BASE64.findall(_HEADER.sub("", text[begin.end() : end].replace("\\n", "\n"))))
        if len(body) >= _LEAST and len(set(body)) >= _FEWEST_KINDS:
            close = text.find("-----", end + 5) + 5 if text.startswith("-----END", end) else end
            yield Secret("a private key", begin.start(), close, True, Concealed(text[begin.start() : close]))


def _end(text: str, start: int, label: str) -> int:
    """Where the body ends: at its end mark, else before whatever begins next."""
    limit = min(len(text), start + _LONGEST)
    for mark in (f"-----END {label}-----", "-----"):
        found = text.find(mark, start, limit)
        if found >= 0:
            return found
    blank = text.find("\n\n", start, limit)
    return blank if blank >= 0 else limit
