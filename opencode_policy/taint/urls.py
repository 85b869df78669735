"""Credentials in URLs."""

from __future__ import annotations

import re

from opencode_policy.lean import dataclass
from opencode_policy.shell.holes import SECRET, UNKNOWN
from opencode_policy.taint.values import Text

_SECRET_IN_URL = re.compile(rf"[A-Za-z{UNKNOWN}][A-Za-z0-9+.-]*://[^\s\"'<>]*{SECRET}")
_USER = re.compile(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/@\s:{UNKNOWN}{SECRET}]*)(?::(?P<password>[^/@\s]*))?@"
)
_TOKEN_PREFIXES = ("ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "xox")
_PLACEHOLDER = re.compile(rf"[{UNKNOWN}*.x]*|\$\{{?\w+\}}?|<.*>|x-oauth-basic|x-access-token", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a URL holds that it should not."""

    words: str


def credential(text: Text) -> Credential | None:
    """The credential in a URL in a text: a secret that flows there, or a password that is written out."""
    skeleton = text.skeleton
    if "://" not in skeleton:
        return None
    if text.flows and _SECRET_IN_URL.search(skeleton):
        return Credential("a secret")
    match = _USER.search(skeleton)
    if match is None:
        return None
    user, password = match["user"], match["password"] or ""
    if user.startswith(_TOKEN_PREFIXES) or (password and not _PLACEHOLDER.fullmatch(password)):
        return Credential("a password")
    return None


def is_url(skeleton: str) -> bool:
    """Whether a text is a URL of which at least the scheme is known."""
    return re.match(r"[A-Za-z][A-Za-z0-9+-]*://", skeleton) is not None
