"""Sources that Flux reads from, and which of them is the repository itself."""

from __future__ import annotations

from weakref import WeakKeyDictionary

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
    own = _own_sources(tree)
    if reference["kind"].text not in ("", "GitRepository"):
        return False
    return not own or not reference["name"] or reference["name"].text in own


_OWN: WeakKeyDictionary[Tree, set[str]] = WeakKeyDictionary()


def _own_sources(tree: Tree) -> set[str]:
    """Names of the sources that are this repository.

    The inventory says it; without one it is that of the Kustomizations whose folders the repository has.
    """
    if tree not in _OWN:
        entries = tree.cluster.kustomizations
        listed = {entry.source for entry in entries if entry.path and entry.source}
        built = (item.resource for item in tree.builds if item.resource is not None and item.folder)
        seen = {item["spec"]["sourceRef"]["name"].text for item in built if item["spec"]["path"].text}
        _OWN[tree] = seen if tree.policy.general else listed
    return _OWN[tree]


def source_of(reference: Field, namespace: str) -> SourceId:
    """The source that a reference names; `namespace` is that of the object which refers."""
    return reference["kind"].text, reference["namespace"].text or namespace, reference["name"].text


def known_sources(tree: Tree) -> set[SourceId]:
    """Every source of tree and inventory; one of the inventory without a namespace has an empty one."""
    written = {(kind, item.namespace, item.name) for kind in KINDS for item in tree.of_kind(kind)}
    return written | {(item.kind, item.namespace or "", item.name) for item in tree.cluster.sources}
