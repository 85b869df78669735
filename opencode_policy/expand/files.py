"""The files of the tree as kustomize sees them: paths, folders, parsed documents."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.parse import Parsed, parse
from opencode_policy.source import Source

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names of a kustomization file, in the order in which kustomize looks for them."""


class Outside(ValueError):  # noqa: N818 - the name says where the path leads
    """A path that leads out of the repository."""


@dataclass(slots=True)
class Files:
    """Sources and their documents by path, with the folders they stand in.

    `binaries` are files that hold no text; `late` are documents of files that are no manifests by their
    name or folder and that a kustomization names all the same.
    """

    sources: Mapping[str, Source]
    parsed: Mapping[str, Parsed]
    links: Mapping[str, str]
    folders: dict[str, list[str]]
    subfolders: dict[str, list[str]]
    binaries: Mapping[str, bytes] = field(default_factory=dict)
    late: dict[str, Parsed] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        sources: Mapping[str, Source],
        parsed: Mapping[str, Parsed],
        links: Mapping[str, str],
        binaries: Mapping[str, bytes] | None = None,
    ) -> Files:
        """Index the sources by folder; the repository root is the folder `.`."""
        folders: dict[str, list[str]] = {".": []}
        subfolders: dict[str, list[str]] = {}
        for path in sources:
            folder = posixpath.dirname(path) or "."
            known = folder in folders
            folders.setdefault(folder, []).append(path)
            while not known:
                parent = posixpath.dirname(folder) or "."
                subfolders.setdefault(parent, []).append(folder)
                folder, known = parent, parent in folders
                folders.setdefault(folder, [])
        return cls(sources, parsed, links, folders, subfolders, binaries or {})

    def resolve(self, folder: str, path: str) -> str:
        """Path relative to the repository of a path written in a file of `folder`.

        Raises `Outside` for an absolute path and for one that leaves the repository.
        """
        joined = posixpath.normpath(posixpath.join(folder, path))
        if path.startswith("/") or joined == ".." or joined.startswith("../"):
            raise Outside(path)
        return self._through_links(joined)

    def _through_links(self, path: str) -> str:
        for link, target in self.links.items():
            if path == link or path.startswith(link + "/"):
                return posixpath.normpath(target + path[len(link) :])
        return path

    def is_folder(self, path: str) -> bool:
        """Whether a folder with files below it stands at a path."""
        return path in self.folders

    def kustomization(self, folder: str) -> str | None:
        """Path of the kustomization file of a folder."""
        for name in KUSTOMIZATION_NAMES:
            path = name if folder == "." else f"{folder}/{name}"
            if path in self.sources:
                return path
        return None

    def documents(self, path: str) -> Parsed:
        """Documents of a file that exists; one that no stage before has parsed is parsed now."""
        found = self.parsed.get(path) or self.late.get(path)
        if found is None:
            found = self.late[path] = parse(self.sources[path])
        return found

    def kustomizations(self, folder: str) -> list[str]:
        """Paths of all kustomization files of a folder; kustomize refuses more than one."""
        paths = [posixpath.normpath(posixpath.join(folder, name)) for name in KUSTOMIZATION_NAMES]
        return [path for path in paths if path in self.sources]

    def diagnostics(self, path: str) -> list[Diagnostic]:
        """What the parser found wrong with a file."""
        parsed = self.parsed.get(path)
        return parsed.diagnostics if parsed else []
