"""Secrets made at run time, so that nothing in the repository looks like one."""

from __future__ import annotations

import base64
import json
import secrets


def make_token(prefix: str = "ghp") -> str:
    """A string in the shape of a GitHub token."""
    return f"{prefix}_{secrets.token_hex(18)}"


def make_login(**changes: object) -> dict[str, object]:
    """What OpenCode keeps for a Copilot login; `changes` replace fields, None removes one."""
    entry: dict[str, object] = {
        "type": "oauth",
        "refresh": make_token("gho"),
        "access": make_token("gho"),
        "expires": 0,
    }
    entry |= changes
    return {"github-copilot": {name: value for name, value in entry.items() if value is not None}}


def login_text(**changes: object) -> str:
    return json.dumps(make_login(**changes)) + "\n"


def traces_of(token: str) -> list[bytes]:
    """The forms in which git could leave a token somewhere: as it is, and as basic authentication."""
    basic = base64.b64encode(f"x-access-token:{token}".encode())
    return [token.encode(), basic, base64.b64encode(token.encode())]
