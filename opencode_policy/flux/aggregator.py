"""What the aggregator of a folder, its kustomization.yaml, has to list."""

from __future__ import annotations

import posixpath

from opencode_policy.flux.kustomize_files import label, root_of
from opencode_policy.flux.trees import flux_kustomizations, folders_above, is_below
from opencode_policy.location import Location
from opencode_policy.tree import Tree

Expected = dict[str, list[str]]
"""Files that an aggregator must list, with the workspaces whose Flux Kustomizations they hold."""


def expected_files(tree: Tree, area: str) -> Expected:
    """Files below a folder that hold Flux Kustomizations, with the names of the workspaces among them.

    What lies in the folder of another Kustomization belongs to that one.
    """
    owned = app_folders(tree, area)
    workspaces = {spec.name for spec in tree.policy.settings.workspaces}
    expected: Expected = {}
    for resource in flux_kustomizations(tree):
        owners = {owned.get(folder, resource.path) for folder in folders_above(resource.path)}
        if is_below(resource.path, (area,)) and owners == {resource.path}:
            expected.setdefault(resource.path, [])
            expected[resource.path] += {resource.name} & workspaces
    return dict(sorted(expected.items()))


def app_folders(tree: Tree, area: str) -> dict[str, str]:
    """Folders strictly below an area that a Flux Kustomization builds, with the file that holds it."""
    own = ((build.folder, build.resource.path) for build in tree.builds if build.resource and build.folder)
    return {folder: path for folder, path in own if is_below(folder, (area,))}


def resources_key(tree: Tree, aggregator: str) -> Location:
    """Where its list of resources begins."""
    root = root_of(tree, aggregator)
    entry = root.entries.get("resources") if root else None
    return entry[0].location if entry else label(tree, aggregator)


def written(aggregator: str, path: str) -> str:
    """A path as the aggregator would write it."""
    return f"./{posixpath.relpath(path, posixpath.dirname(aggregator))}"
