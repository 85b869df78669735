"""What keeps the objects of a workspace from being judged, said once for all rules.

Two cases are told apart. Objects that are not there cannot be judged at all. Objects that are there, and
that Flux may apply otherwise or not at all, can: what is wrong with them is wrong, but nothing is proved.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.flux.trees import flux_kustomizations, is_below, reached
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.outcome import Unknown
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree, WorkspaceTree

_HARMLESS = frozenset({"document-empty", "file-byte-order-mark", "file-crlf"})
"""What a stage reports although Flux applies the same objects with it and without."""


def absence(workspace: WorkspaceTree) -> Unknown | None:
    """Why a workspace has no objects that could be judged; None where its Kustomization builds a folder."""
    build, name = workspace.build, workspace.name
    if build is None:
        for other in flux_kustomizations(workspace.tree):
            if posixpath.dirname(other.path) == workspace.spec.path:
                at = other["metadata"]["name"]
                words = f"{name} has no Flux Kustomization: that of its folder is called {at.text}"
                return Unknown(words, at)
        return Unknown(f"{name} has no Flux Kustomization in the tree")
    if build.folder is None and build.resource is not None:
        path = build.resource["spec"]["path"]
        return Unknown(f"{name} builds {path.text}, which is no folder of this tree", path)
    return None


def absent_folders(tree: Tree) -> tuple[str, ...]:
    """Folders of the workspaces whose objects nobody can tell from those of strangers."""
    return tuple(item.spec.path for item in tree.workspaces if absence(item) is not None)


@dataclass(frozen=True, eq=False)
class Standing:
    """How certain it is that Flux applies what the tree was expanded to."""

    tree: Tree

    def of_workspace(self, workspace: WorkspaceTree) -> list[Unknown]:
        """What leaves open what a workspace's Kustomization applies."""
        build = workspace.build
        if build is None:
            return []
        path = build.resource.path if build.resource else f"{workspace.spec.path}/"
        return list(self._doubts(build, path))

    def of_object(self, resource: Resource) -> list[Unknown]:
        """What leaves open whether Flux applies an object as the tree has it."""
        build = self._builds.get(resource.applied_by or "")
        return list(self._doubts(build, resource.path)) if build else []

    @cached_property
    def _builds(self) -> dict[str, FluxBuild]:
        return {build.name: build for build in reversed(self.tree.builds)}  # of two the first counts

    @cached_property
    def _reached(self) -> set[str]:
        return reached(self.tree)

    @cached_property
    def _faults(self) -> dict[str, list[Diagnostic]]:
        """What the stages could not do or not evaluate, by file."""
        found: dict[str, list[Diagnostic]] = {}
        for item in self.tree.diagnostics:
            if item.code not in _HARMLESS:
                found.setdefault(item.location.path, []).append(item)
        return found

    def _doubts(self, build: FluxBuild, path: str) -> Iterator[Unknown]:
        """Doubts about what a build makes of a file, and about the builds that bring its Kustomization."""
        if build.name not in self._reached and build.resource is not None:
            words = f"nothing applies the Flux Kustomization {build.name}"
            yield Unknown(words, build.resource["metadata"]["name"].location)
        whole, seen = build.resource is not None, set[str]()
        above: FluxBuild | None = build
        while above is not None and above.name not in seen:
            seen.add(above.name)
            for fault in self._faults_of(above, path, whole=whole):
                words = f"what Flux applies of {above.name} is not known: {fault.message}"
                yield Unknown(words, fault.location)
            path, whole = above.resource.path if above.resource else path, False
            above = self._builds.get(above.parent) if above.parent else None

    def _faults_of(self, build: FluxBuild, path: str, *, whole: bool) -> Iterator[Diagnostic]:
        """Those of a whole build, else those of files in the folders above a path."""
        own = build.resource.path if build.resource else ""
        for name, faults in self._faults.items():
            folder = posixpath.dirname(name) or "."
            if name == own or (name in build.files and (whole or is_below(path, (folder,)))):
                yield from faults
