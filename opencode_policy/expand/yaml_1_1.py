"""What kustomize reads with a YAML 1.1 parser: JSON patches, where `yes` and `n` are true and false."""

from __future__ import annotations

from typing import Final

from opencode_policy.expand.provenance import with_history
from opencode_policy.expand.synthesize import scalar
from opencode_policy.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

FLAGS: Final = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), "true"),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), "false"),
}
"""Plain words that YAML 1.1 takes for a boolean and YAML 1.2 for a text (go-yaml v2, resolve.go)."""


def as_yaml_1_1(node: Node) -> Node:
    """The same tree with such words replaced by what YAML 1.1 makes of them, in keys too."""
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        items = [as_yaml_1_1(item) for item in node.items]
        return node if all(a is b for a, b in zip(items, node.items, strict=True)) else node.with_items(items)
    if isinstance(node, MappingNode):
        entries: dict[str, Entry] = {}
        for key, value in node.entries.values():
            new = _scalar(key)
            entries[new.value] = (new, as_yaml_1_1(value))
        return node.with_entries(entries)
    return node


def _scalar(node: ScalarNode) -> ScalarNode:
    if not node.plain or node.value not in FLAGS:
        return node
    new = with_history(scalar(FLAGS[node.value], node, style=""), node.history)
    return new if isinstance(new, ScalarNode) else node
