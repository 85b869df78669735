"""YAML inside a scalar, with every node at its place in the file that a person wrote."""

from __future__ import annotations

from opencode_policy.expand.synthesize import FILE_STYLE, Offset
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import parse, values
from opencode_policy.scalar_map import written_span
from opencode_policy.source import Source


def mapping_in(node: ScalarNode) -> MappingNode | None:
    """The mapping that a scalar's text holds, None where it holds something else or cannot be read."""
    whole_file = node.style == FILE_STYLE and node.value == node.source.text
    parsed = parse(node.source if whole_file else Source(node.source.path, node.value))
    root = next(values(parsed), None)
    if not parsed.complete or not isinstance(root, MappingNode):
        return None
    if whole_file:
        return root
    moved = _moved(root, node)
    return moved if isinstance(moved, MappingNode) else None


def _moved(node: Node, outer: ScalarNode) -> Node:
    """A node of the inner text at the place of the outer one that holds it."""
    start, end = (Offset(offset) for offset in written_span(outer, node.start.index, node.end.index))
    source, history = outer.source, (*outer.history, *node.history)
    if isinstance(node, ScalarNode):
        return ScalarNode(source, start, end, node.tag, node.value, node.style, history)
    if isinstance(node, MappingNode):
        entries = {
            name: (_key(key, outer), _moved(value, outer)) for name, (key, value) in node.entries.items()
        }
        return MappingNode(source, start, end, node.tag, entries, history)
    items = [_moved(item, outer) for item in node.items] if isinstance(node, SequenceNode) else []
    return SequenceNode(source, start, end, node.tag, items, history)


def _key(key: ScalarNode, outer: ScalarNode) -> ScalarNode:
    moved = _moved(key, outer)
    return moved if isinstance(moved, ScalarNode) else key
