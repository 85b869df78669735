"""The content of blobs, streamed through one `git cat-file --batch`, one at a time in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TypeVar

from opencode_policy.git.command import complaint, started
from opencode_policy.git.error import GitError
from opencode_policy.lean import dataclass

_CHUNK = 1 << 20
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob: its id, its size in bytes, -1 where this clone does not have it, and its content.

    `data` is None for one that is not there and for one that is larger than was asked for.
    """

    id: str
    size: int
    data: bytes | None


def blobs(folder: Path, wanted: Iterable[tuple[str, K]], limit: int) -> Iterator[tuple[Blob, K]]:
    """The blobs of these ids with what they were asked for with, in this order.

    Content beyond `limit` bytes is passed over in pieces. Raises GitError where git ends before its work.
    """
    with started(folder, "cat-file", "--batch") as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("git was started without a pipe")
        for name, companion in wanted:
            try:
                process.stdin.write(f"{name}\n".encode())
                process.stdin.flush()
            except BrokenPipeError:
                raise GitError(_last_words(process)) from None
            yield _read(process, process.stdout, name, limit), companion


def _read(process: subprocess.Popen[bytes], stream: IO[bytes], name: str, limit: int) -> Blob:
    """One answer: `ID TYPE SIZE`, a line feed, the content and a line feed; or `ID missing`."""
    header = stream.readline().split()
    if len(header) == 2 and header[1] in (b"missing", b"ambiguous"):
        return Blob(name, -1, None)
    if len(header) != 3:
        raise GitError(_last_words(process))
    size = int(header[2])
    data = stream.read(size) if size <= limit else None
    if data is None:
        _pass_over(stream, size)
    stream.read(1)
    return Blob(name, size, data)


def _pass_over(stream: IO[bytes], size: int) -> None:
    while size > 0:
        read = len(stream.read(min(size, _CHUNK)))
        size = size - read if read else 0


def _last_words(process: subprocess.Popen[bytes]) -> str:
    said = process.stderr.read() if process.stderr else b""
    return complaint(said, "cat-file")
