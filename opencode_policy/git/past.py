"""Every version of every file that was ever committed: each blob once, where it came in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from opencode_policy.git.command import ask, complaint, records, started
from opencode_policy.git.error import GitError
from opencode_policy.git.index import EXECUTABLE, FILE, LINK
from opencode_policy.lean import dataclass

EVERYTHING = ("--all", "--reflog")
"""All branches, tags, remote branches, the stash, HEAD, and what these have pointed to before."""


@dataclass(frozen=True, slots=True)
class Version:
    """The first commit, from the oldest on, that has a blob, and the path under which it has it."""

    commit: str
    path: str


@dataclass(frozen=True, slots=True)
class Past:
    """Versions by the id of their blob, in the order in which they came in, and how many commits there are.

    `cut_off` tells that this clone does not have all of the history.
    """

    versions: dict[str, Version]
    commits: int
    cut_off: bool


def past(folder: Path, revisions: str = "") -> Past:
    """What was committed in a range of revisions (gitrevisions(7)), everything if none is given.

    Raises GitError where git refuses, for a range that does not exist among others.
    """
    versions: dict[str, Version] = {}
    commits: dict[str, None] = {}
    for commit, name, path in _changes(folder, revisions):
        commits[commit] = None
        if name:
            versions.setdefault(name, Version(commit, path))
    shallow = ask(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
    return Past(versions, len(commits), shallow)


def _changes(folder: Path, revisions: str) -> Iterator[tuple[str, str, str]]:
    """Commit, blob and path of every file that a commit has and a parent of it has not, oldest first.

    A merge is compared with each of its parents, so that what only the merge brought in is seen.
    """
    wanted = ("--end-of-options", revisions, "--") if revisions else EVERYTHING
    with started(folder, "rev-list", "--topo-order", "--reverse", *wanted) as listing:
        arguments = (
            "diff-tree",
            "--stdin",
            "-r",
            "-m",
            "--root",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
        )
        yield from _read(records(folder, *arguments, "--always", fed_by=listing.stdout))
        said = listing.stderr.read() if listing.stderr else b""
    if listing.returncode:
        raise GitError(_refused(said, revisions))


def _read(found: Iterator[bytes]) -> Iterator[tuple[str, str, str]]:
    """A commit's id, then `:MODE MODE ID ID LETTER` and a path for each of its changes (git-diff-tree(1))."""
    commit = ""
    for record in found:
        if not record.startswith(b":"):
            commit = record.decode().strip()
            yield commit, "", ""
            continue
        _, mode, _, name, _ = record.decode().split()
        path = os.fsdecode(next(found))
        if mode in (FILE, EXECUTABLE, LINK):
            yield commit, name, path


def _refused(said: bytes, revisions: str) -> str:
    words = complaint(said, "rev-list")
    unknown = "bad revision" in words or "ambiguous argument" in words
    return f"there is no revision or range '{revisions}' in this repository" if unknown else words
