"""The files of the index, as the next commit would have them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from opencode_policy.git.command import records
from opencode_policy.git.error import GitError
from opencode_policy.lean import dataclass

FILE, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
"""Modes of an entry (gitformat-index(5))."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A path of the index, with its mode and the id of its blob."""

    path: str
    mode: str
    id: str


def entries(root: Path) -> list[Entry]:
    """Entries of the index by path; raises GitError while a merge is unresolved.

    A path that was only announced (`git add --intent-to-add`) is none: the next commit does not have it.
    """
    announced = set(_announced(root))
    found = [entry for entry in _listed(root) if entry.path not in announced]
    return sorted(found, key=lambda entry: entry.path)


def _listed(root: Path) -> Iterator[Entry]:
    """`MODE ID STAGE<tab>PATH` (git-ls-files(1))."""
    for record in records(root, "ls-files", "--stage", "-z"):
        facts, _, path = record.partition(b"\t")
        mode, name, stage = facts.decode().split()
        shown = os.fsdecode(path)
        if stage != "0":
            raise GitError(f"the merge of {shown} is not resolved, so there is nothing to commit yet")
        yield Entry(shown, mode, name)


def _announced(root: Path) -> Iterator[str]:
    """Paths whose entry is empty on purpose: to git they are new files of the work tree."""
    for record in records(root, "diff-files", "--name-only", "--diff-filter=A", "-z"):
        yield os.fsdecode(record)


def resolved(path: str, links: Mapping[str, str]) -> str | None:
    """Where a path leads through symbolic links, `links` being their texts; None if out of the tree.

    Also None where it takes more than 40 links, as Linux does (path_resolution(7)).
    """
    done: list[str] = []
    todo = path.split("/")[::-1]
    hops = 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not done:
                return None
            done.pop()
            continue
        target = links.get("/".join((*done, part)))
        if target is None:
            done.append(part)
            continue
        hops += 1
        if hops > 40 or target.startswith("/"):
            return None
        todo += target.split("/")[::-1]
    return "/".join(done)
