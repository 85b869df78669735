"""Values merged as Helm and Flux merge them: mapping by mapping, everything else replaced."""

from __future__ import annotations

from opencode_policy.nodes import Change, MappingNode, Node

_DEEPEST = 200


def merged(under: MappingNode | None, over: MappingNode, depth: int = 0) -> MappingNode:
    """Both mappings in one: `over` wins, mappings are merged, lists are replaced."""
    if under is None or depth > _DEEPEST:
        return over
    entries = dict(under.entries)
    for name, (key, value) in over.entries.items():
        below = under.get(name)
        both = isinstance(below, MappingNode) and isinstance(value, MappingNode)
        entries[name] = (key, merged(below, value, depth + 1) if both else value)  # type: ignore[arg-type]
    return over.with_entries(entries)


def marked(node: MappingNode, change: Change) -> MappingNode:
    """The mapping with a change in the history of each of its scalars."""
    entries = {name: (key, _marked_value(value, change)) for name, (key, value) in node.entries.items()}
    return node.with_entries(entries)


def _marked_value(node: Node, change: Change) -> Node:
    return marked(node, change) if isinstance(node, MappingNode) else node.copy(change)
