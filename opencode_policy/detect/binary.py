"""Secrets in what is no text: those alone that prove themselves, as names mean nothing there."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from opencode_policy.detect import formats, jwt, pem
from opencode_policy.detect.secret import Secret, without_overlap

_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def as_text(data: bytes) -> str:
    """Bytes as characters to search in: UTF-16 where its mark says so, else each byte one character."""
    encoding = _WIDE.get(data[:2])
    return data.decode(encoding, errors="replace") if encoding else data.decode("latin-1")


def proven_secrets_in(text: str) -> list[Secret]:
    """Tokens, JSON Web Tokens and private keys; what only looks like one is left out."""
    return [secret for secret in without_overlap(_all(text)) if secret.certain]


def _all(text: str) -> Iterator[Secret]:
    seen = formats.hints(text)
    if seen:
        yield from formats.tokens(text, seen)
    if pem.MARK in text:
        yield from pem.private_keys(text)
    if jwt.MARK in text:
        yield from jwt.json_web_tokens(text)
