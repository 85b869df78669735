"""Ask git, so that neither the repository's configuration nor the user's changes what it does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from opencode_policy.git.error import GitError

_CHUNK = 1 << 16
_SETTINGS = ("--no-pager", "--no-replace-objects", "--literal-pathspecs", "-c", "core.fsmonitor=false")
"""No program of the repository's choice is started, and no object stands in for another (git(1))."""

_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}


def ask(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> bytes:
    """What git prints; raises GitError where it fails."""
    with started(folder, *arguments, environment=environment) as process:
        data, said = process.communicate()
    if process.returncode:
        raise GitError(complaint(said, arguments[0]))
    return data


def records(folder: Path, *arguments: str, fed_by: IO[bytes] | None = None) -> Iterator[bytes]:
    """What git prints, cut at each NUL, as it comes; raises GitError at its end where git fails."""
    with started(folder, *arguments, fed_by=fed_by) as process:
        rest = b""
        for data in iter(lambda: os.read(_stream(process).fileno(), _CHUNK), b""):
            *whole, rest = (rest + data).split(b"\0")
            yield from whole
        if rest:
            yield rest
        said = process.stderr.read() if process.stderr else b""
    if process.returncode:
        raise GitError(complaint(said, arguments[0]))


def _stream(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise AssertionError("git was started without a pipe")
    return process.stdout


@contextmanager
def started(
    folder: Path,
    *arguments: str,
    fed_by: IO[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A running git, its standard input a pipe unless `fed_by` says where it comes from.

    `environment` are more variables for it. It is gone when the block is left.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - git and plumbing commands, no shell
            ("git", "-C", str(folder), *_SETTINGS, *arguments),  # noqa: S607 - whichever git the user has
            stdin=fed_by or subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_ENVIRONMENT, **(environment or {})},
        )
    except OSError as error:
        raise GitError(f"git cannot be started: {(error.strerror or 'unknown reason').lower()}") from error
    try:
        yield process
    finally:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        process.wait()


def complaint(said: bytes, command: str) -> str:
    """The first line of what git complained, without its level."""
    lines = said.decode(errors="replace").strip().splitlines()
    first = lines[0] if lines else "no reason was given"
    if "not a git repository" in first:
        return "there is no git repository here"
    return f"git {command}: {first.removeprefix('fatal: ').removeprefix('error: ')}"


def top_level(folder: Path) -> Path:
    """The folder of the work tree that a folder belongs to; raises GitError outside of any."""
    return Path(os.fsdecode(ask(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))
