"""The ways in which a secret may be written: as it is, escaped, percent-encoded, in hex or base64."""

from __future__ import annotations

from collections.abc import Iterator

SHORTEST = 8
"""Shorter texts are not searched for: they would match ordinary words. Their place must be hidden."""


def spellings(secret: str) -> frozenset[str]:
    """Every text that gives the secret away; of one with several lines, also those of each line."""
    found: set[str] = set()
    lines = (*secret.splitlines(), *secret.split("\n"))  # not everybody ends a line at U+0085
    for part in {secret, secret.strip(), *map(_core, lines)}:
        if len(part) >= SHORTEST:
            found.update(_escaped(part), _encoded(part))
    return frozenset(text for text in found if len(text) >= SHORTEST)


def _core(line: str) -> str:
    """A line without its indentation, unless too little would be left."""
    stripped = line.strip()
    return stripped if len(stripped) >= SHORTEST else line


def _escaped(part: str) -> Iterator[str]:
    """The text itself and as JSON, Go's JSON, Python and YAML write it between quotes."""
    import json  # a run without secrets does without it

    plain = json.dumps(part, ensure_ascii=False)[1:-1]
    for text in (plain, json.dumps(part)[1:-1]):
        yield text
        yield text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        yield text.replace("/", "\\/")
    yield part
    yield repr(part)[1:-1]
    yield part.replace("'", "''")


def _encoded(part: str) -> Iterator[str]:
    """The text percent-encoded, in hex, in base64 and in base64 twice (as in a Docker config)."""
    from urllib.parse import quote

    data = part.encode(errors="surrogatepass")
    for safe in ("", "/"):
        yield quote(data, safe=safe)
        yield quote(data, safe=safe).replace("%20", "+")
    yield "".join(f"%{byte:02x}" if not chr(byte).isalnum() else chr(byte) for byte in data)
    yield data.hex()
    yield data.hex().upper()
    for text in _base64(data):
        yield text
        yield text.replace("+", "-").replace("/", "_")
        yield from _base64(text.encode())


def _base64(data: bytes) -> Iterator[str]:
    """What is certain of the base64 of any text that contains `data`, for its three alignments."""
    import base64

    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        first = (0, 2, 3)[before]
        last = (before + len(data)) * 8 // 6
        yield encoded[first:last]
