"""Whether an object that something refers to exists: in the tree, or in the inventory of the cluster."""

from __future__ import annotations

from opencode_policy.resource import Resource
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree


def exists(tree: Tree, kind: str, name: str, namespace: str = "") -> bool:
    """Whether tree or inventory has an object of this kind, name and namespace."""
    return tree.get(kind, name, namespace) is not None or in_inventory(tree, kind, name, namespace)


def in_inventory(tree: Tree, kind: str, name: str, namespace: str = "") -> bool:
    """Whether the inventory lists it; `namespace` is empty for a cluster-scoped object."""
    wanted = (kind, name, namespace)
    return any((item.kind, item.name, item.namespace or "") == wanted for item in tree.cluster.objects)


def names(tree: Tree, kind: str, namespace: str = "") -> list[str]:
    """Names of the known objects of a kind in a namespace, for hints."""
    listed = (item for item in tree.cluster.objects if item.kind == kind)
    return [
        *(item.name for item in tree.of_kind(kind, namespace)),
        *(item.name for item in listed if (item.namespace or "") == namespace),
    ]


def names_beside(tree: Tree, kind: str, resource: Resource) -> list[str]:
    """Names of a kind that may be meant where an object names one that does not exist, for hints.

    Those that the object's own Kustomization applies and those of the inventory: what another workspace calls
    its own is never meant, however alike the two names are.
    """
    namespace = resource.namespace
    if kind == "Secret":
        flow = flow_of(tree)
        makers = (
            (name, maker) for name in flow.names_in(namespace) for maker in flow.makers(namespace, name)
        )
        origins = {name: maker.origin for name, maker in makers}
        return [name for name, item in origins.items() if item is None or _beside(item, resource)]
    written = [item.name for item in tree.of_kind(kind, namespace) if _beside(item, resource)]
    listed = (item for item in tree.cluster.objects if item.kind == kind)
    return [*written, *(item.name for item in listed if (item.namespace or "") == namespace)]


def _beside(other: Resource, resource: Resource) -> bool:
    return other.applied_by == resource.applied_by
