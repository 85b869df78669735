"""Which Flux source is the repository that is checked."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from opencode_policy.policy.model import ClusterFile
from opencode_policy.resource import Resource


def own_sources(
    cluster: ClusterFile, kustomizations: Iterable[Resource], is_folder: Callable[[str], bool]
) -> frozenset[str]:
    """Names of the sources that stand for this repository; empty where nothing tells, and any may be it.

    The inventory's Kustomizations with a path say it. Without them it is every source of which some
    Kustomization builds a folder that is in the tree: one that builds none of them is another repository.
    """
    listed = {entry.source for entry in cluster.kustomizations if entry.path and entry.source}
    if listed:
        return frozenset(listed)
    written = (item["spec"] for item in kustomizations)
    return frozenset(
        spec["sourceRef"]["name"].text
        for spec in written
        if spec["sourceRef"]["name"] and spec["path"] and is_folder(folder_of(spec["path"].text))
    )


def folder_of(path: str) -> str:
    """Folder of a `spec.path`, relative to the repository."""
    return posixpath.normpath(path.lstrip("/") or ".")
