"""Whether a name is that of a secret: an environment variable's, a key's, an option's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

NameKind = Literal["password", "token", "key", "secret", ""]
"""`password` and `token` names hold nothing else; `key` and `secret` ones may also hold a reference."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEUTRAL = _words(
    "base64 b64 content contents current data dev encoded json literal new old plain plaintext primary prod "
    "raw secondary str string text value"
)
_PASSWORDS = _words("password passwd passphrase pass passwort userpass")
_TOKENS = _words(
    "token pat jwt apikey accesskey secretkey privatekey authkey accesstoken authtoken apitoken refreshtoken"
)
_SECRETS = _words("secret credential credentials creds auth authorization bearer")
_BEFORE_KEY = _words(
    "access account admin api app auth client deploy encryption hmac jwt license master private root secret "
    "service session shared signing storage webhook"
)
_HARMLESS = _words(
    "checksum digest encrypted fingerprint hash hashed md5 public revision sealed sha sha1 sha256 thumbprint"
)

_PUBLIC_DATA = _HARMLESS | _words(
    "ca cert certificate certs chain client commit digests etag id ids image integrity kid ref resource "
    "sig signature tag tls uid uuid verification version x5c"
)


def is_of_public_data(name: str) -> bool:
    """Whether a name says that its value is for everybody to see: `publicKey`, `integrity`, `clientId`."""
    return not _PUBLIC_DATA.isdisjoint(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=16_384)
def kind_of_name(name: str) -> NameKind:
    """What a name promises; empty for one that promises no secret (`TOKEN_FILE`, `KEYCLOAK_URL`).

    The last word decides, so that `PASSWORD_FILE` and `secretName` are none; digits and words that only
    describe the form (`AUTH_JSON`) are passed over.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if _HARMLESS.intersection(words):
        return ""
    while words and (words[-1].isdigit() or words[-1] in _NEUTRAL):
        words.pop()
    if not words:
        return ""
    return _kind(words[-1], words[:-1])


def _kind(last: str, before: list[str]) -> NameKind:
    if last in _PASSWORDS or (last == "pwd" and before and before != ["old"]):
        return "password"
    if last in _TOKENS:
        return "token"
    if last == "key" and before and before[-1] in _BEFORE_KEY:
        return "key"
    return "secret" if last in _SECRETS else ""
