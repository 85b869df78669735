"""Nodes that expansion makes: they stand where the line stands that asked for them."""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.nodes import Change, Entry, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve
from opencode_policy.source import Source

FILE_STYLE = "file"
"""Style of a scalar whose value is a whole file: its offsets are the file's."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A mark of our own; only `index` is ever read of it."""

    index: int
    line: int = 0
    column: int = 0


def scalar(value: str, origin: Node, *changes: Change, style: str = '"') -> ScalarNode:
    """A string that stands at the place of `origin`."""
    history = (*origin.history, *changes)
    return ScalarNode(origin.source, origin.start, origin.end, None, value, style, history)


def of_file(source: Source, *changes: Change) -> ScalarNode:
    """A string that is the whole text of a file."""
    end = Offset(len(source.text))
    return ScalarNode(source, Offset(0), end, None, source.text, FILE_STYLE, changes)


def entry(name: str, value: Node, origin: Node) -> tuple[str, Entry]:
    """An entry whose key stands at the place of `origin`."""
    return name, (scalar(name, origin), value)


def mapping(entries: dict[str, Node], origin: Node) -> MappingNode:
    """A mapping at the place of `origin`, its keys too."""
    pairs = dict(entry(name, value, origin) for name, value in entries.items())
    return MappingNode(origin.source, origin.start, origin.end, None, pairs, origin.history)


def put(target: MappingNode, path: tuple[str, ...], value: Node) -> MappingNode:
    """The mapping with `value` at a path of keys; missing mappings on the way are made."""
    name, rest = path[0], path[1:]
    known = target.entries.get(name)
    if rest:
        below = known[1] if known and isinstance(known[1], MappingNode) else mapping({}, value)
        new: Node = put(below, rest, value)
    else:
        new = value
    key = known[0] if known else scalar(name, value)
    return target.with_entries({**target.entries, name: (key, new)})


def sequence(items: list[Node], origin: Node) -> SequenceNode:
    """A list at the place of `origin`."""
    return SequenceNode(origin.source, origin.start, origin.end, None, items, origin.history)


def with_items(node: Node, items: list[Node]) -> Node:
    """A list with other items; anything else as it is."""
    return node.with_items(items) if isinstance(node, SequenceNode) else node


def is_true(node: Node | None) -> bool:
    """Whether a field is the boolean true."""
    return isinstance(node, ScalarNode) and resolve(node) is True
