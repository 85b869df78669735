"""JSON Web Tokens (RFC 7519): told by their parts, which must be what they claim to be."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.secret import Secret

MARK = "eyJ"
"""What `{"` becomes in base64: every part but the signature begins with it."""

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<head>eyJ[A-Za-z0-9_-]{10,2000})\.(?P<body>[A-Za-z0-9_-]{2,16000})"
    r"\.(?P<rest>[A-Za-z0-9_-]{16,2000})(?:\.[A-Za-z0-9_-]+){0,2}"
)
_SHOWN = {"sub": "1234567890"}
"""Claim of the token that documentation everywhere shows."""


def json_web_tokens(text: str) -> Iterator[Secret]:
    """Every signed or encrypted token; one without a signature proves nothing to anybody and is none."""
    for found in _TOKEN.finditer(text):
        head = _part(found["head"])
        if head is None or not isinstance(head.get("alg"), str):
            continue
        body = _part(found["body"])
        if (body is None and "enc" not in head) or _is_shown(body):
            continue
        yield Secret("a JSON Web Token", found.start(), found.end(), True, Concealed(found[0]))


def _part(text: str) -> Mapping[str, object] | None:
    import json  # few texts have a token

    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_shown(body: Mapping[str, object] | None) -> bool:
    return body is not None and any(body.get(key) == value for key, value in _SHOWN.items())
