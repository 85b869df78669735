"""A random key of this clone, kept among git's own files, where no commit takes it anywhere."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

_NAME = Path("opencode-policy", "fingerprint-key")
_BYTES = 32


def repository_key(root: Path) -> bytes:
    """The key of the repository at a root, made if it has none; empty where there is no place for one.

    All work trees of a clone share it.
    """
    folder = common_folder(root)
    if folder is None:
        return b""
    with suppress(OSError):
        return _kept(folder / _NAME)
    return b""


def common_folder(root: Path) -> Path | None:
    """The folder of git's files that all work trees of a clone share (gitrepository-layout(5))."""
    place = root / ".git"
    with suppress(OSError, UnicodeDecodeError):
        if place.is_file():
            text = place.read_text(encoding="utf-8")
            place = root / text.removeprefix("gitdir:").strip()
        shared = place / "commondir"
        if shared.is_file():
            place /= shared.read_text(encoding="utf-8").strip()
        return place if (place / "HEAD").is_file() else None
    return None


def _kept(path: Path) -> bytes:
    path.parent.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(_BYTES) + "\n")
    text = path.read_text(encoding="ascii", errors="replace").strip()
    return text.encode() if len(text) == 2 * _BYTES else b""
