"""Paths to sources: which files belong to the check, and their text.

Every file below the given paths is either a source, a named diagnostic (unreadable, too large, not
UTF-8) or a binary that is named. Nothing is left out in silence.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import field
from pathlib import Path, PurePosixPath

from opencode_policy.detect.binary import as_text
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.source import Source

MAX_BYTES = 10 * 1024 * 1024
"""Largest file that is read, in bytes; far above any manifest, far below what hurts."""

MAX_VALUE = 1024 * 1024
"""Largest file without text whose content is kept, in bytes: no ConfigMap or Secret holds more."""

MANIFEST_NAMES = (".yaml", ".yml", ".json", "/Kustomization")
"""How the paths of files end that are read as YAML whatever their bytes are."""

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"}
)
_SNIFFED = 8192
_NEVER_WAIT = getattr(os, "O_NONBLOCK", 0)
_BOM = "\ufeff"


@dataclass(slots=True)
class Discovery:
    """Sources by path relative to the repository root, and what stood in the way of reading more.

    `links` maps the path of a symbolic link to the path it leads to, inside the repository. `binaries` are
    files that hold no text; `opaque` has these and the ones that are not UTF-8, to be searched; `submodules`
    are folders whose files another repository has; `missing` are paths that were asked for and do not exist.
    `contents` are the bytes of files that are no UTF-8 text and could still be the value of a ConfigMap or
    Secret.
    """

    root: Path
    sources: dict[str, Source] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    binaries: list[str] = field(default_factory=list)
    submodules: list[str] = field(default_factory=list)
    opaque: dict[str, Source] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)


def find_root(path: Path) -> Path:
    """Repository root of a path: the nearest folder above it with `.git`, else with a policy.

    Outside both it is the working directory if the path lies in it, otherwise the path itself.
    """
    folder = path.absolute() if path.is_dir() else path.absolute().parent
    ancestors = (folder, *folder.parents)
    for marker in (".git", "policies/opencode.yaml"):
        for ancestor in ancestors:
            if os.path.exists(ancestor / marker):  # noqa: PTH110 - Path.exists raises where it may not look
                return ancestor
    here = Path.cwd()
    return here if folder.is_relative_to(here) else folder


def discover(paths: Sequence[Path], root: Path, extra: Sequence[str] = ()) -> Discovery:
    """Read every file below `paths` and below the `extra` paths, which are relative to `root`.

    A path of `paths` must exist (the caller has checked); a missing `extra` one is noted in `missing`.
    """
    found = Discovery(root)
    for path in paths:
        _collect(found, path.absolute())
    for name in extra:
        path = root / name
        if path.exists():
            _collect(found, path)
        else:
            found.missing.append(name)
    found.sources = dict(sorted(found.sources.items()))
    found.diagnostics.sort(key=lambda item: (item.location, item.code))
    return found


def _collect(found: Discovery, path: Path) -> None:
    if path.is_dir():
        for name in _walk(found, str(path), ()):
            _read(found, name)
    else:
        _read(found, str(path))


def _walk(found: Discovery, folder: str, above: tuple[str, ...]) -> Iterator[str]:
    """Files below a folder, depth first in alphabetical order, links to folders noted and not followed."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        _note(found, "file-unreadable", folder, f"the folder cannot be read: {reason(error)}")
        return
    for entry in entries:
        if entry.is_symlink():
            if _link(found, entry.path):
                yield entry.path
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED_FOLDERS:
                yield from _walk(found, entry.path, (*above, folder))
        else:
            yield entry.path


def _link(found: Discovery, path: str) -> bool:
    """Note where a link leads; True when it is to be read as a file of its own."""
    root = os.path.realpath(found.root)
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        code = "symlink-loop" if error.errno == errno.ELOOP else "file-unreadable"
        _note(found, code, path, f"the link leads nowhere: {reason(error)}")
        return False
    if os.path.commonpath((root, target)) != root:
        _note(found, "path-outside-tree", path, "the link leads out of the repository")
        return False
    if os.path.isdir(target):  # noqa: PTH112 - text paths are several times faster over large trees
        if os.path.commonpath((target, os.path.realpath(os.path.dirname(path)))) == target:  # noqa: PTH120
            _note(found, "symlink-loop", path, "the link leads to a folder above itself")
            return False
        found.links[_relative(found, path)] = os.path.relpath(target, root)
        return False
    return True


def _read(found: Discovery, path: str) -> None:
    name = _relative(found, path)
    if name in found.sources:
        return
    try:
        status, data = _content(path)
    except OSError as error:
        _note(found, "file-unreadable", path, f"the file cannot be read: {reason(error)}")
        return
    if not stat.S_ISREG(status.st_mode):
        _note(found, "file-unreadable", path, "a pipe, a socket or a device is not read")
    elif len(data) > status.st_size:
        _note(found, "file-unreadable", path, "the file grew while it was read")
    elif status.st_size > MAX_BYTES:
        found.diagnostics.append(too_large(name, status.st_size))
    else:
        decode(found, name, data, executable=bool(status.st_mode & 0o111))


def _content(path: str) -> tuple[os.stat_result, bytes]:
    """State and bytes of a file; none of what is too large and of what is no regular file."""
    status = os.stat(path)  # noqa: PTH116
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
        return status, b""
    with open(path, "rb", opener=_without_waiting) as stream:
        return status, stream.read(status.st_size + 1)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file that may have become a pipe, whose other end nobody has to hold."""
    return os.open(path, flags | _NEVER_WAIT)


def too_large(name: str, size: int) -> Diagnostic:
    """What is said of a file of more bytes than are read."""
    shown, limit = f"{size / 1024 / 1024:.1f} MiB", f"{MAX_BYTES // 1024 // 1024} MiB"
    message = f"the file has {shown}, more than the {limit} that are read"
    return Diagnostic("file-too-large", message, Location(name, 1, 1, 1, 1))


def decode(found: Discovery, name: str, data: bytes, *, executable: bool) -> None:
    """Take in the content of a file: as a source, or as what stands in the way of one."""
    manifest = f"/{name}".endswith(MANIFEST_NAMES)
    if not manifest and b"\0" in data[:_SNIFFED]:
        _keep(found, name, data)
        _opaque(found, name, data)
        return
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        _keep(found, name, data)
        if manifest or b"\0" not in data:
            _not_utf8(found, name, data, error)
            found.opaque[name] = Source(name, as_text(data))
        else:
            _opaque(found, name, data)
        return
    source = Source(name, text.removeprefix(_BOM), executable)
    found.sources[name] = source
    if text.startswith(_BOM):
        message = "the file begins with a byte order mark"
        found.diagnostics.append(Diagnostic("file-byte-order-mark", message, source.location(0, 0)))
    if "\r\n" in source.text:
        offset = source.text.index("\r\n")
        message = "the lines end with carriage return and line feed"
        found.diagnostics.append(Diagnostic("file-crlf", message, source.location(offset, offset)))


def _keep(found: Discovery, name: str, data: bytes) -> None:
    if len(data) <= MAX_VALUE:
        found.contents[name] = data


def _opaque(found: Discovery, name: str, data: bytes) -> None:
    found.binaries.append(name)
    found.opaque[name] = Source(name, as_text(data))


def _not_utf8(found: Discovery, name: str, data: bytes, error: UnicodeDecodeError) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = "the file is UTF-16, and only UTF-8 is read"
    else:
        message = f"byte {error.start + 1} is not UTF-8"
    source = Source(name, data[: error.start].decode(errors="ignore"))
    end = len(source.text)
    found.diagnostics.append(Diagnostic("file-not-utf8", message, source.location(end, end)))


def _note(found: Discovery, code: str, path: str, message: str) -> None:
    found.diagnostics.append(Diagnostic(code, message, Location(_relative(found, path), 1, 1, 1, 1)))


def _relative(found: Discovery, path: str) -> str:
    root = f"{found.root}{os.sep}"
    relative = path[len(root) :] if path.startswith(root) else os.path.relpath(path, found.root)
    return relative if os.sep == "/" else PurePosixPath(*Path(relative).parts).as_posix()


def reason(error: OSError) -> str:
    """Why the system refused, in small letters as the rest of a sentence."""
    return (error.strerror or type(error).__name__).lower()
