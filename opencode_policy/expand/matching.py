"""Objects of another renderer, at the places that our own build knows for the same values."""

from __future__ import annotations

from opencode_policy.expand.object import Object, text_of
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode


def matched(objects: list[Object], own: list[Object]) -> list[Object]:
    """The objects with the places of our own ones of the same identity.

    A value that ours lacks stands where the nearest one above it stands; an object that ours lacks stands
    where the first of ours does.
    """
    known = {item.id: item for item in own}
    return [
        _placed(item, known.get(item.id) or (own[0] if own else item), item.id in known) for item in objects
    ]


def _placed(item: Object, twin: Object, same: bool) -> Object:
    root = _node(item.root, twin.root if same else None, twin.root)
    return Object(root, twin.path) if isinstance(root, MappingNode) else item


def _node(node: Node, twin: Node | None, above: Node) -> Node:
    place = twin or above
    history = twin.history if twin is not None else ()
    if isinstance(node, ScalarNode):
        return ScalarNode(place.source, place.start, place.end, node.tag, node.value, node.style, history)
    if isinstance(node, MappingNode):
        entries = {}
        for name, (key, value) in node.entries.items():
            pair = twin.entries.get(name) if isinstance(twin, MappingNode) else None
            new_key = _node(key, pair[0] if pair else None, place)
            if isinstance(new_key, ScalarNode):
                entries[name] = (new_key, _node(value, pair[1] if pair else None, place))
        return MappingNode(place.source, place.start, place.end, None, entries, history)
    if isinstance(node, SequenceNode):
        twins = _twins(node, twin)
        items = [_node(item, other, place) for item, other in zip(node.items, twins, strict=True)]
        return SequenceNode(place.source, place.start, place.end, None, items, history)
    return node


def _twins(node: SequenceNode, twin: Node | None) -> list[Node | None]:
    """Our item for each item: the one of the same name, else the one at the same place in the list."""
    own = twin.items if isinstance(twin, SequenceNode) else []
    named = {_name(item): item for item in reversed(own) if _name(item)}
    by_place = [*own, *[None] * len(node.items)]
    return [named.get(_name(item)) or by_place[at] for at, item in enumerate(node.items)]


def _name(node: Node) -> str:
    return text_of(node.get("name")) if isinstance(node, MappingNode) else ""
