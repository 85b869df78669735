"""Keyed fingerprints: whether two findings are the same secret, and nothing else about it."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.detect.secret import Secret
from opencode_policy.lean import dataclass

_DIGITS = 16
"""Hexadecimal digits: 64 bits tell any number of secrets of a repository apart."""

SHORTEST_KEY = 16
"""Bytes below which a key could be guessed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a report may say of a secret: what it is, its length in characters, its fingerprint.

    `fingerprint` is empty where there is no key. It is an HMAC (RFC 2104) of the secret: without the key a
    guess cannot be checked against it, not even one of a short password.
    """

    kind: str
    length: int
    fingerprint: str


Marker = Callable[[Secret], Mark]


def without_key(secret: Secret) -> Mark:
    """The mark of a secret where there is no key."""
    return Mark(secret.kind, len(secret.value), "")


def marker(key: Callable[[], bytes]) -> Marker:
    """Makes marks with a key, which is asked for when the first secret is there to be marked."""
    known: list[bytes] = []

    def mark(secret: Secret) -> Mark:
        import hmac  # a tree without a secret does without it

        if not known:
            known.append(key())
        if len(known[0]) < SHORTEST_KEY:
            return without_key(secret)
        text = secret.value.reveal().encode(errors="surrogatepass")
        digest = hmac.digest(known[0], text, "sha256").hex()
        return Mark(secret.kind, len(secret.value), digest[:_DIGITS])

    return mark
