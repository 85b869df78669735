"""The index instead of the work tree: the same sources and diagnostics as `discover` makes of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from opencode_policy.discover import MAX_BYTES, Discovery, decode, too_large
from opencode_policy.git.blobs import Blob, blobs
from opencode_policy.git.index import EXECUTABLE, FILE, LINK, SUBMODULE, Entry, entries, resolved
from opencode_policy.location import Diagnostic, Location

_POLICY = "policies/"


def discover_staged(folders: Sequence[str], root: Path, extra: Sequence[str] = ()) -> Discovery:
    """Every file of the index below `folders` and `extra`, all of them relative to the root.

    Raises GitError where git cannot tell. Of a submodule only its commit is in the index, so it is named
    as one that is not read.
    """
    index = entries(root)
    found = Discovery(root)
    found.missing += [name for name in extra if not _any_below(name, index)]
    wanted = [entry for entry in index if any(_below(entry.path, name) for name in (*folders, *extra))]
    links = _Links(root, index)
    for blob, entry in blobs(root, links.files(found, wanted), MAX_BYTES):
        _take(found, entry, blob)
    found.submodules += [entry.path for entry in wanted if entry.mode == SUBMODULE]
    found.sources = dict(sorted(found.sources.items()))
    found.diagnostics.sort(key=lambda item: (item.location, item.code))
    return found


def _any_below(folder: str, index: Sequence[Entry]) -> bool:
    return any(_below(entry.path, folder) for entry in index)


def _below(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder.rstrip('/')}/")


def _take(found: Discovery, entry: Entry, blob: Blob) -> None:
    if blob.size < 0:
        _note(found, "file-unreadable", entry.path, "the file cannot be read: git does not have its content")
    elif blob.data is None:
        found.diagnostics.append(too_large(entry.path, blob.size))
    else:
        decode(found, entry.path, blob.data, executable=entry.mode == EXECUTABLE)


def _note(found: Discovery, code: str, path: str, message: str) -> None:
    found.diagnostics.append(Diagnostic(code, message, Location(path, 1, 1, 1, 1)))


class _Links:
    """Symbolic links of the index: one to a file is read as that file, one to a folder is noted."""

    def __init__(self, root: Path, index: Sequence[Entry]) -> None:
        self.index = {entry.path: entry for entry in index}
        asked = [(entry.id, entry.path) for entry in index if entry.mode == LINK]
        read = blobs(root, asked, MAX_BYTES) if asked else ()
        self.targets = {path: (blob.data or b"").decode(errors="surrogateescape") for blob, path in read}

    def files(self, found: Discovery, wanted: Sequence[Entry]) -> Iterator[tuple[str, Entry]]:
        """Blobs to read: of files and of links to files, these under their own path."""
        for entry in wanted:
            if entry.mode in (FILE, EXECUTABLE):
                yield entry.id, entry
            elif entry.mode == LINK:
                target = self._target(found, entry.path)
                if target is not None:
                    yield target.id, Entry(entry.path, target.mode, target.id)

    def _target(self, found: Discovery, path: str) -> Entry | None:
        target = resolved(path, self.targets)
        if target is None:
            _note(found, "path-outside-tree", path, "the link leads out of the repository")
        elif target in self.index and self.index[target].mode in (FILE, EXECUTABLE):
            return self.index[target]
        elif _below(path, target or "."):
            _note(found, "symlink-loop", path, "the link leads to a folder above itself")
        elif _any_below(target, list(self.index.values())):
            found.links[path] = target
        else:
            _note(found, "file-unreadable", path, "the link leads nowhere: no such file or directory")
        return None


@contextmanager
def staged_policy(root: Path) -> Iterator[Path]:
    """A folder with the policy as the index has it, as `policies/`; empty where it has none."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="opencode-policy-") as name:
        home = Path(name)
        (home / _POLICY).mkdir()
        asked = [(entry.id, entry.path) for entry in entries(root) if _is_policy(entry)]
        for blob, path in blobs(root, asked, MAX_BYTES) if asked else ():
            if blob.data is not None:
                (home / path).write_bytes(blob.data)
        yield home


def _is_policy(entry: Entry) -> bool:
    name = entry.path.removeprefix(_POLICY)
    return (
        entry.path.startswith(_POLICY) and "/" not in name and name.endswith(".yaml") and entry.mode == FILE
    )
