"""Which objects of a tree are drawn: those of a workspace, of a namespace, or all."""

from __future__ import annotations

from opencode_policy.graph.kinds import FLUX_KUSTOMIZE
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree


def of_kustomization(tree: Tree, name: str) -> list[Resource]:
    """What a Flux Kustomization applies, and itself; nothing where there is none of the name."""
    build = tree.build_of(name)
    if build is None:
        return []
    return [*([build.resource] if build.resource is not None else []), *build.resources]


def of_namespace(tree: Tree, namespace: str) -> list[Resource]:
    """Objects of a namespace, the namespace itself, and the Flux Kustomizations that fill it."""
    inside = [item for item in tree.resources if item.namespace == namespace]
    builders = {item.applied_by for item in inside}
    found = []
    for item in tree.resources:
        is_flux = item.kind == "Kustomization" and item.id.group == FLUX_KUSTOMIZE
        fills = is_flux and (item.name in builders or item["spec"]["targetNamespace"].text == namespace)
        if item.namespace == namespace or fills or (item.kind, item.name) == ("Namespace", namespace):
            found.append(item)
    return found


def namespaces(tree: Tree) -> list[str]:
    """Namespaces of the tree's objects."""
    return list(dict.fromkeys(item.namespace for item in tree.resources if item.namespace))


def kustomizations(tree: Tree) -> list[str]:
    """Names of the Flux Kustomizations of the tree."""
    return list(dict.fromkeys(build.name for build in tree.builds))
