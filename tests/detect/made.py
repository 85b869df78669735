"""Secrets made at run time, so that nothing in the repository looks like one.

All are random and valid by their form: checksums fit, parts decode, keys have the length of real ones.
"""

from __future__ import annotations

import base64
import json
import random
import string

from opencode_policy.detect.checksums import _BECH32, _polymod, crc32_base62

ALPHANUMERIC = string.ascii_letters + string.digits
BASE64 = ALPHANUMERIC + "+/"


def characters(count: int, seed: int = 1, alphabet: str = ALPHANUMERIC) -> str:
    """Random characters, the same for the same seed."""
    return "".join(random.Random(seed).choices(alphabet, k=count))


def github_token(prefix: str = "ghp", seed: int = 1) -> str:
    body = characters(30, seed)
    return f"{prefix}_{body}{crc32_base62(body)}"


def fine_grained_token(seed: int = 1) -> str:
    return "github" + f"_pat_{characters(22, seed)}_{characters(59, seed + 1)}"


def npm_token(seed: int = 1) -> str:
    body = characters(30, seed)
    return f"npm_{body}{crc32_base62(body)}"


def age_key(seed: int = 1) -> str:
    """A valid bech32 text with the prefix of age's secret keys (BIP 173)."""
    prefix = "age-secret-key-"
    data = random.Random(seed).choices(range(32), k=52)
    expanded = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    polymod = _polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [(polymod >> 5 * (5 - index)) & 31 for index in range(6)]
    return (prefix + "1" + "".join(_BECH32[value] for value in [*data, *checksum])).upper()


def web_token(seed: int = 1, **claims: object) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, {"iss": "demo", "sub": characters(8, seed), **claims})
    encoded = (encode(json.dumps(part)).rstrip("=") for part in parts)
    return ".".join((*encoded, characters(86, seed)))


def begins(label: str = "PRIVATE KEY") -> str:
    """The line with which a PEM block begins."""
    return f"-----BEGIN {label}-----"


def private_key(label: str = "RSA PRIVATE KEY", lines: int = 6, seed: int = 1) -> str:
    body = "\n".join(characters(64, seed + line, BASE64) for line in range(lines))
    return f"{begins(label)}\n{body}\n-----END {label}-----\n"


def password(seed: int = 1) -> str:
    """A password as a generator makes it."""
    return f"{characters(8, seed)}-7{characters(8, seed + 1)}"


def encode(text: str) -> str:
    """Base64 as it stands in the data of a Secret."""
    return base64.b64encode(text.encode()).decode()


def wrapped(text: str, width: int = 76, indent: str = "") -> str:
    """Base64 on lines of this width."""
    encoded = encode(text)
    lines = (encoded[at : at + width] for at in range(0, len(encoded), width))
    return "".join(f"{indent}{line}\n" for line in lines)
