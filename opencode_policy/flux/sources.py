"""Sources that Flux reads from, and which of them is the repository itself."""

from __future__ import annotations

from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

KINDS = frozenset(
    {"Bucket", "ExternalArtifact", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"}
)
"""Kinds of source.toolkit.fluxcd.io that an object may refer to."""

SourceId = tuple[str, str, str]
"""Kind, namespace and name of a source."""


def is_own(tree: Tree, kustomization: Resource) -> bool:
    """Whether a Flux Kustomization reads the repository that is checked.

    The inventory's Kustomizations with a path say which source that is; without them any Git source is.
    """
    reference = kustomization["spec"]["sourceRef"]
    own = {entry.source for entry in tree.cluster.kustomizations if entry.path and entry.source}
    if reference["kind"].text not in ("", "GitRepository"):
        return False
    return not own or not reference["name"] or reference["name"].text in own


def source_of(reference: Field, namespace: str) -> SourceId:
    """The source that a reference names; `namespace` is that of the object which refers."""
    return reference["kind"].text, reference["namespace"].text or namespace, reference["name"].text


def known_sources(tree: Tree) -> set[SourceId]:
    """Every source of tree and inventory; one of the inventory without a namespace has an empty one."""
    written = {(kind, item.namespace, item.name) for kind in KINDS for item in tree.of_kind(kind)}
    return written | {(item.kind, item.namespace or "", item.name) for item in tree.cluster.sources}
