"""Nodes of objects that a chart makes: each stands where the value stands that decides it.

A chart's own default stands at the nearest ancestor that somebody wrote, and says in its history that it
is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from opencode_policy.expand import synthesize
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.resource import Field
from opencode_policy.scalars import resolve

UNTOLD = "what Helm makes of this template cannot be told from the files"

Part = Node | Field | None
"""A node, a field of the values, or nothing."""


def mapping(at: Field, entries: Mapping[str, Part]) -> MappingNode:
    """A mapping of what there is of `entries`; a field keeps the place of its key."""
    origin = anchor(at)
    made: dict[str, tuple[ScalarNode, Node]] = {}
    for name, part in entries.items():
        node = node_of(part)
        if node is not None:
            made[name] = (_key(name, part, node, origin), node)
    return synthesize.mapping({}, origin).with_entries(made)


def sequence(at: Field, items: Iterable[Part]) -> SequenceNode:
    """A list of what there is of `items`."""
    origin = anchor(at)
    nodes = [node for node in map(node_of, items) if node is not None]
    return SequenceNode(origin.source, origin.start, origin.end, None, nodes, origin.history)


def derived(at: Field, value: str, *changes: Change) -> ScalarNode:
    """A string that follows from what is written at a field."""
    origin = anchor(at)
    if "{{" in value:
        changes = (*changes, Change("unknown", UNTOLD, origin.location))
    return synthesize.scalar(value, origin, *changes)


def default(at: Field, value: str | int | bool) -> ScalarNode:
    """A value of the chart's own."""
    origin = anchor(at)
    change = _default_at(origin)
    if isinstance(value, str):
        return synthesize.scalar(value, origin, change)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return synthesize.scalar(text, origin, change, style="")


@lru_cache(maxsize=64)
def _default_at(origin: Node) -> Change:
    """The change that tells of a default; many stand at one place."""
    return Change("default", "the chart's default", origin.location)


def anchor(at: Field) -> Node:
    """The node at whose place something missing stands: the field's scalar or key, else its ancestor's."""
    field: Field | None = at
    while field is not None:
        if isinstance(field.node, ScalarNode):
            return field.node
        key = field.as_key.node
        if isinstance(key, ScalarNode):
            return key
        if field.node is not None and field.parent is None:
            return field.node
        field = field.parent
    return at.resource.root


def node_of(part: Part) -> Node | None:
    """The node of a part; a null is none."""
    node = part.node if isinstance(part, Field) else part
    return None if isinstance(node, ScalarNode) and resolve(node) is None else node


def _key(name: str, part: Part, node: Node, origin: Node) -> ScalarNode:
    key = part.as_key.node if isinstance(part, Field) else None
    if isinstance(key, ScalarNode) and key is not node:
        return key if key.value == name else synthesize.scalar(name, key)
    return synthesize.scalar(name, node if isinstance(node, ScalarNode) else origin)


def is_empty(field: Field) -> bool:
    """Whether Go templates take a value for nothing: missing, null, false, zero, or without content."""
    node = field.node
    if isinstance(node, MappingNode):
        return not node.entries
    if isinstance(node, SequenceNode):
        return not node.items
    return not field.value


def present(names: Iterable[str], *fields: Field) -> Iterator[str]:
    """Those of some names that are written in one of the mappings, be it as null."""
    written = [field.node.entries for field in fields if isinstance(field.node, MappingNode)]
    return (name for name in names if any(name in entries for entries in written)) if written else iter(())


def given(field: Field) -> Field | None:
    """The field, unless it is empty."""
    return None if is_empty(field) else field


def bare(field: Field) -> Node | None:
    """A scalar as a template prints it without quotes: what looks like a number then is one."""
    node = field.node
    if not isinstance(node, ScalarNode) or node.plain:
        return node_of(field)
    made = node.replaced(node.value, Change("template", "Helm prints this without quotes", node.location))
    made.style = None
    return made


def within(parent: Field, node: Node, like: Field) -> Field:
    """A field for a node that stands in place of another field."""
    key = like.as_key.node
    return Field(parent.resource, node, key if isinstance(key, ScalarNode) else None, like.path, parent)
