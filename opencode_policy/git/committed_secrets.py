"""Secrets in every file that was ever committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from opencode_policy.detect.concealed import Concealed
from opencode_policy.discover import MAX_BYTES, Discovery, decode
from opencode_policy.git.blobs import Blob, blobs
from opencode_policy.git.past import Past, Version
from opencode_policy.lean import dataclass
from opencode_policy.secrets.manifest_secrets import FoundSecret
from opencode_policy.secrets.tree_secrets import secrets_of_opaque, secrets_of_source

Progress = Callable[[int, int], None]
"""Told how many blobs are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A secret in the first version of a file that has it; `again` counts the later versions."""

    found: FoundSecret
    version: Version
    again: int


@dataclass(frozen=True, slots=True)
class Searched:
    """What the search brought to light.

    `unread` are versions whose content this clone lacks or that are too large, with the reason.
    """

    found: tuple[Committed, ...]
    files: int
    unread: tuple[tuple[Version, str], ...]


def search(folder: Path, history: Past, progress: Progress) -> Searched:
    """Search every blob of a history once; time grows linearly with their bytes."""
    first: dict[tuple[str, str, Concealed], Committed] = {}
    unread: list[tuple[Version, str]] = []
    total = len(history.versions)
    read = blobs(folder, history.versions.items(), MAX_BYTES)
    for done, (blob, version) in enumerate(read, 1):
        if blob.data is None:
            unread.append((version, _why(blob)))
        for item in _secrets(blob, version.path):
            key = (version.path, item.secret.kind, item.secret.value)
            known = first.get(key)
            first[key] = (
                Committed(known.found, known.version, known.again + 1)
                if known
                else Committed(item, version, 0)
            )
        progress(done, total)
    return Searched(tuple(first.values()), total - len(unread), tuple(unread))


def _why(blob: Blob) -> str:
    if blob.size < 0:
        return "this clone does not have its content"
    limit = MAX_BYTES // 1024 // 1024
    return f"it has {blob.size / 1024 / 1024:.1f} MiB, more than the {limit} MiB that are read"


def _secrets(blob: Blob, path: str) -> Iterator[FoundSecret]:
    """Secrets of a blob, each value once."""
    if blob.data is None:
        return
    taken = Discovery(Path())
    decode(taken, path, blob.data, executable=False)
    source = taken.sources.get(path)
    found = secrets_of_source(source, {}) if source else secrets_of_opaque(taken.opaque[path])
    yield from {(item.secret.kind, item.secret.value): item for item in reversed(found)}.values()
