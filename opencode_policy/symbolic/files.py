"""A file system as far as it is known: what lies at a place, and how programs change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import NamedTuple

from opencode_policy.lean import dataclass
from opencode_policy.symbolic.places import Place

ABSENT = "absent"
UNKNOWN = "unknown"
FILE = "file"
FOLDER = "folder"
REPOSITORY = "repository"

_GIT_FOLDERS = frozenset({"", "objects", "refs", "refs/heads", "refs/tags", "hooks", "info"})
_GIT_FILES = frozenset({"HEAD", "config", "description"})
_OF_IMAGES = frozenset(
    {
        "", "app", "bin", "boot", "dev", "etc", "git", "home", "lib", "lib64", "media", "mnt", "nix", "opt",
        "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var",
    }
)  # fmt: skip
"""Folders that images may have at the root of their file system."""
_UNFINISHED_ONLY = frozenset({"shallow.lock", "index.lock", "HEAD.lock", "config.lock", "refs/stash"})


class Entry(NamedTuple):
    """What lies at a place.

    A file has its `content` and permission bits (`mode`), None where they are not known. All that is in a
    `closed` folder is known. A repository is a clone: `complete`, or one that broke off before its first
    commit arrived (`fetched` once it has); with a `damaged` one git does not work, though work may be in it;
    `origin` is the URL it was cloned from. `since` is the boot of the
    last change.
    """

    kind: str
    content: str | None = None
    mode: int | None = None
    closed: bool = False
    complete: bool = True
    fetched: bool = False
    damaged: bool = False
    origin: str = ""
    since: int = 0

    @property
    def exists(self) -> bool | None:
        return {ABSENT: False, UNKNOWN: None}.get(self.kind, True)

    @property
    def is_folder(self) -> bool | None:
        return None if self.kind == UNKNOWN else self.kind in (FOLDER, REPOSITORY)

    @property
    def is_file(self) -> bool | None:
        return None if self.kind == UNKNOWN else self.kind == FILE


_ABSENT = Entry(ABSENT)
_UNKNOWN = Entry(UNKNOWN)


@dataclass(frozen=True)
class Files:
    """Entries by place; a change gives a new value. What is not listed follows from what lies above it."""

    entries: Mapping[Place, Entry] = field(default_factory=dict)

    def look(self, place: Place) -> Entry:
        """What lies at a place."""
        found = self.entries.get(place)
        if found is not None:
            return found
        if not place.known:
            return _UNKNOWN
        if any(other.below(place) and entry.exists for other, entry in self.entries.items()):
            return Entry(FOLDER)
        above, entry = self._above(place)
        if entry.kind == REPOSITORY and above is not None:
            return _inside_clone(entry, place.relative_to(above))
        if entry.closed or entry.kind in (ABSENT, FILE) or (above is None and _in_no_image(place)):
            return _ABSENT
        return _UNKNOWN

    def _above(self, place: Place) -> tuple[Place | None, Entry]:
        """The nearest place above that is listed."""
        while place.path != "/" and place.parent != place:
            place = place.parent
            if place in self.entries:
                return place, self.entries[place]
        return None, _UNKNOWN

    def repository_at(self, place: Place) -> tuple[Place, Entry] | None:
        """The clone that a place is in, as git looks for it: in the folder itself, then above it."""
        while True:
            entry = self.entries.get(place)
            if entry is not None and entry.kind == REPOSITORY:
                return place, entry
            if place.path in ("/", "") or place.parent == place:
                return None
            place = place.parent

    def repositories(self) -> list[tuple[Place, Entry]]:
        """Every clone."""
        return [(place, entry) for place, entry in self.entries.items() if entry.kind == REPOSITORY]

    def children(self, place: Place) -> list[str]:
        """Names of what is known to lie directly in a folder."""
        names = {
            other.relative_to(place).partition("/")[0]: None
            for other, entry in self.entries.items()
            if other != place and other.below(place) and entry.exists
        }
        return sorted(names)

    def empty(self, place: Place) -> bool | None:
        """Whether a folder is empty; a place where nothing is counts as empty."""
        entry = self.look(place)
        if entry.kind in (FILE, REPOSITORY) or self.children(place):
            return False
        if entry.kind == ABSENT:
            return True
        return True if entry.closed else None

    def put(self, place: Place, entry: Entry) -> Files:
        """The files with an entry at a place; what an absent folder held is gone with it."""
        entries = dict(self.entries)
        if entry.kind in (ABSENT, REPOSITORY):
            entries = {other: kept for other, kept in entries.items() if not other.below(place)}
        entries[place] = entry
        return Files(entries)

    def remove(self, place: Place) -> Files:
        """The files without a place and all below it."""
        return self.put(place, _ABSENT)

    def move(self, source: Place, target: Place) -> Files:
        """The files with all below `source` at `target` instead."""
        copied = self.copy(source, target)
        return copied.remove(source)

    def copy(self, source: Place, target: Place) -> Files:
        """The files with all below `source` at `target`, too."""
        entries = {other: kept for other, kept in self.entries.items() if not other.below(target)}
        entries[target] = self.look(source)
        for other, entry in self.entries.items():
            if other != source and other.below(source):
                entries[target / other.relative_to(source)] = entry
        return Files(entries)

    def make_folder(self, place: Place) -> Files:
        """The files with a folder; one that is there stays as it is."""
        entry = self.look(place)
        if entry.kind == ABSENT:
            return self.put(place, Entry(FOLDER, closed=True))
        return self.put(place, Entry(FOLDER)) if entry.kind == UNKNOWN else self

    def only(self, volumes: frozenset[str]) -> Files:
        """The files on some volumes."""
        return Files({place: entry for place, entry in self.entries.items() if place.volume in volumes})

    def over(self, other: Files) -> Files:
        """These files, and where they say nothing those of `other`."""
        return Files({**other.entries, **self.entries})

    def __iter__(self) -> Iterator[tuple[Place, Entry]]:
        return iter(self.entries.items())

    @cached_property
    def key(self) -> frozenset[tuple[Place, Entry]]:
        """A value by which equal files are equal."""
        return frozenset(self.entries.items())


def broken_off(entry: Entry) -> Entry:
    """A clone as a kill in the midst of it leaves it: a .git without a commit, and nothing beside it."""
    return entry._replace(complete=False)


def _in_no_image(place: Place) -> bool:
    """Whether a path of a container's own file system is one that images do not have."""
    names = place.path.split("/")
    return place.own and (".git" in names or names[1] not in _OF_IMAGES)


def _inside_clone(clone: Entry, path: str) -> Entry:
    """What git puts at a path of a clone. Its working tree is not known, except before the first checkout."""
    if path != ".git" and not path.startswith(".git/"):
        return _UNKNOWN if clone.complete else _ABSENT
    inner = path[5:]
    if inner in _GIT_FOLDERS:
        return Entry(FOLDER)
    if inner in _GIT_FILES or (inner == "index" and clone.complete):
        return Entry(FILE)
    if inner in _UNFINISHED_ONLY or (inner in ("index", "packed-refs", "logs/HEAD") and not clone.complete):
        return _ABSENT
    return _UNKNOWN
