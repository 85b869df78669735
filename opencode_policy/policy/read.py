"""One policy file: from bytes to a node, or to what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from opencode_policy.nodes import Node
from opencode_policy.parse import Parsed, parse
from opencode_policy.policy.mistakes import Mistake
from opencode_policy.source import Source

MAX_BYTES = 1_000_000
"""Largest policy file that is read; a real one has some ten thousand bytes."""


def read_node(path: Path, shown: str) -> tuple[Node | None, list[Mistake]]:
    """Root of the only document of a file, called `shown` in messages; None comes with mistakes."""
    text, wrong = _text(path)
    if text is None:
        return None, [Mistake(shown, wrong)]
    parsed = parse(Source(shown, text))
    mistakes = [Mistake(shown, item.message, location=item.location) for item in parsed.diagnostics]
    if mistakes:
        return None, mistakes
    return _only_root(parsed, shown)


def _text(path: Path) -> tuple[str | None, str]:
    """Text of a file without a byte order mark, or why there is none."""
    if not path.exists():
        return None, "the file is missing"
    if not path.is_file():
        return None, "not a file"
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return None, f"the file cannot be read: {error.strerror}"
    if len(data) > MAX_BYTES:
        return None, f"the file is larger than {MAX_BYTES} bytes"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return None, "the file is not UTF-8"


def _only_root(parsed: Parsed, shown: str) -> tuple[Node | None, list[Mistake]]:
    roots = [document.root for document in parsed.documents if document.root is not None]
    if not roots:
        return None, [Mistake(shown, "the file is empty")]
    if len(roots) > 1:
        return None, [Mistake(shown, "a second document; only one is read", location=roots[1].location)]
    return roots[0], []
