"""How the Flux Kustomizations of a tree hang together, and where those of the workspaces stand."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator

from opencode_policy.expand.flux import FluxBuild, is_flux_kustomization
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree

DEFAULT_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that every cluster has from its first minute."""


def areas(tree: Tree) -> tuple[str, ...]:
    """Folders that hold the folders of the workspaces, in the order of the policy."""
    parents = (posixpath.dirname(spec.path) or "." for spec in tree.policy.settings.workspaces)
    return tuple(dict.fromkeys(parents))


def is_below(path: str, folders: Collection[str]) -> bool:
    """Whether a path lies in one of the folders or below it; of many folders make a set."""
    return any(folder in folders for folder in folders_above(path))


def folders_above(path: str) -> Iterator[str]:
    """The folder of a path relative to the repository, the one above it, and so on up to `.`."""
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
    if path != ".":
        yield "."


def flux_kustomizations(tree: Tree) -> Iterator[Resource]:
    """Every Flux Kustomization that is written in the tree, applied or not, each once."""
    seen: set[tuple[str, int]] = set()
    for item in tree.of_kind("Kustomization"):
        place = (item.path, item.root.start.index)
        if is_flux_kustomization(item) and place not in seen:
            seen.add(place)
            yield item


def reached(tree: Tree) -> set[str]:
    """Names of the builds that Flux comes to from the inventory's Kustomizations.

    Where no Kustomization of the inventory has a path in this tree, somebody applies the uppermost ones
    by hand, and every build counts as reached.
    """
    by_name = {build.name: build for build in reversed(tree.builds)}  # of two the first counts
    if all(build.resource is not None for build in tree.builds):
        return set(by_name)
    return {name for name, build in by_name.items() if _has_root(build, by_name)}


def _has_root(build: FluxBuild, by_name: dict[str, FluxBuild]) -> bool:
    """Whether the chain of parents ends at a Kustomization that only the inventory knows."""
    seen: set[str] = set()
    current: FluxBuild | None = build
    while current is not None and current.resource is not None and current.name not in seen:
        seen.add(current.name)
        current = by_name.get(current.parent) if current.parent else None
    return current is not None and current.resource is None


def read_files(tree: Tree) -> set[str]:
    """Every file that the build of some Flux Kustomization reads."""
    return set().union(*(build.files for build in tree.builds))
