"""Secrets that tell by their surroundings: logins in addresses and headers, .netrc, OAuth login files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.encoded import decode
from opencode_policy.detect.patterns import compiled
from opencode_policy.detect.secret import Secret
from opencode_policy.detect.values import can_be_secret, is_identifier, looks_random

_URL = re.compile(
    r"://(?P<user>[^\s/:@\"'<>|\\]{0,200}+)(?::(?P<password>[^\s/@\"'<>|\\]{1,300}+))?@(?=[A-Za-z0-9\[$])"
)
_SHORTEST = 5
"""Shorter ones stand in documentation: `user:pass@`, `a:b@`."""

_HEADER = re.compile(
    r"(?<![A-Za-z])(?P<scheme>[Bb]earer|[Bb]asic|(?<=: )token)[ \t]+(?P<value>[A-Za-z0-9+/=._~-]{12,4000})"
)
_NETRC = re.compile(
    r"\bmachine[ \t]+\S{1,300}\s+login[ \t]+\S{1,300}\s+password[ \t]+(?P<value>[^\s\"'\\]{4,300})"
)
_USER = r"(?<=\s)(?:-u|--user)[ =][\"']?[\w.@+-]{1,100}:(?P<value>[^\s\"'$<{:]{5,200})(?=[\s\"']|\Z)"
_LOGIN = re.compile(
    r"\b(?:(?:refresh|access)(?:_token|Token)?|id_token)\\{0,3}[\"']?[ \t]*:[ \t]*\\{0,3}[\"']?"
    r"(?P<value>[A-Za-z0-9+/=._~;:-]{8,4000})"
)


def logins(text: str) -> Iterator[Secret]:
    """Every login that the text gives away in one of these ways."""
    if "://" in text and "@" in text:
        yield from _in_addresses(text)
    if "earer " in text or "asic " in text or ": token " in text:
        yield from _in_headers(text)
    if "machine" in text and "password" in text:
        for found in _NETRC.finditer(text):
            if can_be_secret(found["value"]):
                yield _secret("the password of a .netrc", found, "value")
    if "-u" in text or "--user" in text:
        yield from _told(compiled(_USER), text, "the password of a login")
    if "oauth" in text:
        yield from _told(_LOGIN, text, "the token of an OAuth login")


def _told(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Secret]:
    for found in pattern.finditer(text):
        if can_be_secret(found["value"]) and not is_identifier(found["value"]):
            yield _secret(kind, found, "value")


def _in_addresses(text: str) -> Iterator[Secret]:
    for found in _URL.finditer(text):
        password = found["password"]
        if password and len(password) >= _SHORTEST and can_be_secret(password):
            yield _secret("the password of an address", found, "password")
        elif not password and looks_random(found["user"]) and can_be_secret(found["user"]):
            yield _secret("the login of an address", found, "user")


def _in_headers(text: str) -> Iterator[Secret]:
    for found in _HEADER.finditer(text):
        value = found["value"]
        if found["scheme"].lower() == "basic":
            user, colon, password = decode(value).partition(":")
            if user and colon and can_be_secret(password):
                start, end = found.span("value")
                yield Secret(
                    "the password of a header", start, end, False, Concealed(password), encoded="base64"
                )
        elif looks_random(value) and can_be_secret(value):
            yield _secret("the token of a header", found, "value")


def _secret(kind: str, found: re.Match[str], group: str) -> Secret:
    return Secret(kind, *found.span(group), certain=False, value=Concealed(found[group]))
