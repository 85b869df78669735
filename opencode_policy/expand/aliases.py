"""Values that kustomize keeps once and shows in several places of an object.

A label that it adds to the metadata, the selector and the template of a workload is one node to it. Whoever
later sets the label in one of these places, sets it in all of them: another label, a patch, a replacement.
So an overlay that gives the objects of a base another label changes their selectors too.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand.object import Object
from opencode_policy.expand.provenance import Step
from opencode_policy.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode


def replace_everywhere(item: Object, old: Node, new: Node) -> None:
    """Put `new` wherever the node `old` stands in an object, if it stands in several places."""
    if any(old is node for node in item.shared):
        root = _swapped(item.root, old, new)
        item.root = root if isinstance(root, MappingNode) else item.root
        item.shared = (*(node for node in item.shared if node is not old), new)


def settle(item: Object, before: MappingNode) -> None:
    """Let every place of a shared value follow a step that changed it in one place."""
    for node in item.shared:
        for path in _paths(before, node, ()):
            now = _at(item.root, path)
            if isinstance(now, ScalarNode) and now is not node:
                replace_everywhere(item, node, now)
                break


def _swapped(tree: Node, old: Node, new: Node) -> Node:
    if tree is old:
        return new
    if isinstance(tree, MappingNode):
        entries: dict[str, Entry] = {}
        for name, (key, value) in tree.entries.items():
            entries[name] = (key, _swapped(value, old, new))
        same = all(entries[name][1] is tree.entries[name][1] for name in entries)
        return tree if same else tree.with_entries(entries)
    if isinstance(tree, SequenceNode):
        items = [_swapped(item, old, new) for item in tree.items]
        same = all(a is b for a, b in zip(items, tree.items, strict=True))
        return tree if same else tree.with_items(items)
    return tree


def _paths(tree: Node, wanted: Node, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if tree is wanted:
        yield path
    elif isinstance(tree, MappingNode):
        for name, (_, value) in tree.entries.items():
            yield from _paths(value, wanted, (*path, name))
    elif isinstance(tree, SequenceNode):
        for index, item in enumerate(tree.items):
            yield from _paths(item, wanted, (*path, index))


def _at(tree: Node, path: tuple[Step, ...]) -> Node | None:
    node: Node | None = tree
    for step in path:
        if isinstance(node, MappingNode):
            node = node.get(str(step))
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node
