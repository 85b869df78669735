"""ReferenceGrants: who may use an object of another namespace."""

from __future__ import annotations

from opencode_policy.graph.kinds import GATEWAY_API
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree


def is_granted(tree: Tree, source: Resource, target: Resource | tuple[str, str, str, str]) -> bool:
    """Whether a ReferenceGrant of the target's namespace lets an object of the source's kind use it.

    A target that the tree does not hold is given as group, kind, namespace and name.
    """
    if isinstance(target, Resource):
        target = (target.id.group, target.kind, target.namespace, target.name)
    group, kind, namespace, name = target
    wanted = (source.id.group, source.kind, source.namespace)
    for grant in tree.of_kind("ReferenceGrant", namespace):
        if grant.id.group != GATEWAY_API or not tree.applies(grant):
            continue
        given = [
            tuple(item[key].text for key in ("group", "kind", "namespace")) for item in grant["spec"]["from"]
        ]
        allowed = [tuple(item[key].text for key in ("group", "kind")) for item in _to(grant, name)]
        if wanted in given and (group, kind) in allowed:
            return True
    return False


def _to(grant: Resource, name: str) -> list[Field]:
    """Entries of a grant that speak of an object of this name, or of every name."""
    return [item for item in grant["spec"]["to"] if item["name"].text in ("", name)]
