"""Every detector over one text, and the cheap search by which most texts are passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.detect import formats, jwt, pem
from opencode_policy.detect.assignments import Candidate, assignments, candidates
from opencode_policy.detect.encoded import decoded, is_run
from opencode_policy.detect.logins import logins
from opencode_policy.detect.secret import Secret, without_overlap
from opencode_policy.lean import replace

_LONG = 20
"""Shortest word that can hold a token or base64 worth decoding."""

_DEEPEST = 3
"""How often base64 is decoded in what base64 gave."""

_ESCAPE = re.compile(r"\\(?:(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|\r?\n[ \t]*)")
"""A character in hexadecimal, or a line of a quoted scalar that goes on in the next one."""

_SURROUNDINGS = ("earer ", "asic ", ": token ", "machine ", "oauth")


class Hints:
    """What in a text may lead to a secret. `starts` are beginnings of tokens, `given` names that promise one.

    `encoded` tells of base64, `other` of a PEM block, a JSON Web Token or a login.
    """

    __slots__ = ("encoded", "given", "other", "starts")

    def __init__(
        self, starts: frozenset[str], given: tuple[Candidate, ...], *, encoded: bool, other: bool
    ) -> None:
        self.starts = starts
        self.given = given
        self.encoded = encoded
        self.other = other

    def __bool__(self) -> bool:
        return bool(self.starts or self.given or self.encoded or self.other)

    @property
    def names(self) -> frozenset[str]:
        """Names that promise a secret."""
        return frozenset(candidate.name for candidate in self.given)

    @property
    def in_values(self) -> bool:
        """Whether a value may be a secret whatever its name is."""
        return bool(self.starts or self.encoded or self.other)


def hints_of(text: str) -> Hints:
    """Hints in a text; takes microseconds for each kilobyte."""
    shown = text if _ESCAPE.search(text) is None else f"{text} {_unescaped(text)}"
    words = [word for word in shown.split() if len(word) >= _LONG]
    long = " ".join(words)
    other = pem.MARK in shown or jwt.MARK in long or ("://" in long and "@" in long)
    return Hints(
        formats.hints(long),
        candidates(text),
        encoded=any(map(is_run, words)),
        other=other or any(mark in text for mark in _SURROUNDINGS),
    )


def _unescaped(text: str) -> str:
    """The text as it is once YAML or JSON has read its escapes, as far as these can hide a token."""
    return _ESCAPE.sub(lambda found: chr(int(found[1][1:], 16)) if found[1] else "", text)


def secrets_in(text: str, *, structured: bool = False, hints: Hints | None = None) -> list[Secret]:
    """Every secret in a text, in order and without overlap; what is certain comes before what is likely."""
    return without_overlap(_all(text, hints or hints_of(text), structured=structured, depth=0))


def _all(text: str, hints: Hints, *, structured: bool, depth: int) -> Iterator[Secret]:
    if not hints:
        return
    if hints.starts:
        yield from formats.tokens(text, hints.starts)
    if hints.other:
        yield from pem.private_keys(text)
        yield from jwt.json_web_tokens(text) if jwt.MARK in text else ()
        yield from logins(text)
    if hints.encoded and depth < _DEEPEST:
        yield from _inside(text, depth)
    if hints.given:
        yield from assignments(text, hints.given, structured=structured)


def _inside(text: str, depth: int) -> Iterator[Secret]:
    """Secrets in what base64 gives; each stands for the whole stretch."""
    for start, end, plain in decoded(text):
        for secret in _all(plain, hints_of(plain), structured=True, depth=depth + 1):
            yield replace(secret, start=start, end=end, encoded=True)
