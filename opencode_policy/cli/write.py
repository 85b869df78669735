"""Write reports: to standard output, or to a file that is there in full or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.nearest import hint


def refuse_unwritable(targets: Iterable[Target]) -> None:
    """Raise RefusedError before a run whose report could not be written after it."""
    for target in targets:
        if target.path == STANDARD_OUTPUT:
            continue
        folder = Path(target.path).parent
        if not folder.is_dir():
            raise RefusedError(f"cannot write '{target.path}': there is no folder '{folder}'{_near(folder)}")
        if Path(target.path).is_dir():
            raise RefusedError(f"cannot write '{target.path}': it is a folder")


def _near(folder: Path) -> str:
    try:
        names = [entry.name for entry in folder.parent.iterdir() if entry.is_dir()]
    except OSError:
        return ""
    return hint(folder.name, names)


def write_text(target: Target, text: str, *, for_people: bool) -> None:
    r"""Write a report to its place; raises RefusedError where that fails, BrokenPipeError for a closed pipe.

    Reports for machines are UTF-8. Those for people follow the encoding of standard output, which may
    lack some characters. A lone surrogate (from a file name that is not UTF-8) becomes `\udcXX`, which
    is also how JSON writes it.
    """
    if target.path == STANDARD_OUTPUT:
        encoding = getattr(sys.stdout, "encoding", None) if for_people else None
        to_standard_output(text.encode(encoding or "utf-8", "backslashreplace"))
        return
    try:
        to_file(Path(target.path), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise RefusedError(f"cannot write '{target.path}': {error.strerror or error}") from error


def to_standard_output(data: bytes) -> None:
    """Write bytes to standard output, past the text layer and what it does to line ends.

    Raises RefusedError where that fails and BrokenPipeError where whoever read it has left.
    """
    if sys.stdout is None:  # the process was started without one
        raise RefusedError("cannot write to standard output: it is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RefusedError(f"cannot write to standard output: {error.strerror or error}") from error


def to_file(path: Path, data: bytes) -> None:
    """Replace the content of a file at once; a device or a pipe is written to as it is."""
    path = path.resolve()
    mode = path.stat().st_mode if path.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(data)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())  # else a crash may leave the new name with nothing behind it
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
