"""YAML nodes that remember where they were written and what changed them on the way.

A node is made by the parser and never mutated afterwards: expansion makes new nodes that keep the
marks of the text that decides them and add a `Change` to `history`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.source import Source

Scalar = str | int | float | bool | None
"""What a scalar node holds once resolved as Kubernetes resolves it."""


class Mark(Protocol):
    """The position marks of libyaml: `index`, `line` and `column` count characters from 0."""

    @property
    def index(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of a node: what was done to it, and the place that ordered it.

    `replaced` is where the value stood before, when the step put another token in its place.
    """

    kind: str
    message: str
    location: Location
    replaced: Location | None = None


class Node:
    """What scalar, mapping and sequence nodes share. `tag` is set only where one was written."""

    __slots__ = ("end", "history", "source", "start", "tag")

    def __init__(
        self, source: Source, start: Mark, end: Mark, tag: str | None, history: tuple[Change, ...] = ()
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self.history = history

    @property
    def location(self) -> Location:
        """Region of the node's own text: no anchor or tag before it, no blank lines behind it."""
        start, end = self.span
        return self.source.location(start, end)

    @property
    def span(self) -> tuple[int, int]:
        """Offsets of the node's own text in its source."""
        return _skip_properties(self.source.text, self.start.index, self.end.index), self.end.index

    def copy(self, change: Change) -> Node:
        """The same node with one more step in its history."""
        raise NotImplementedError


class ScalarNode(Node):
    """A scalar: `value` is its text after YAML's own unescaping, `style` one of `None '"|>`.

    Style `file` marks a scalar that is a whole file (a generated ConfigMap's value).
    """

    __slots__ = ("style", "value")

    def __init__(
        self,
        source: Source,
        start: Mark,
        end: Mark,
        tag: str | None,
        value: str,
        style: str | None,
        history: tuple[Change, ...] = (),
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self.value = value
        self.style = style
        self.history = history

    @property
    def plain(self) -> bool:
        """Whether the scalar was written without quotes and not as a block."""
        return not self.style

    @property
    def span(self) -> tuple[int, int]:
        """Offsets of the scalar's text; a block scalar ends at its last character that is not blank."""
        if self.style == "file":
            return self.start.index, self.end.index
        start, end = super().span
        text = self.source.text
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        return start, end

    def copy(self, change: Change) -> ScalarNode:
        """The same scalar with one more step in its history."""
        return self.replaced(self.value, change)

    def replaced(self, value: str, change: Change, *, style: str | None = None) -> ScalarNode:
        """A scalar with another value that still stands where this one was written."""
        kept = style or self.style
        return ScalarNode(self.source, self.start, self.end, self.tag, value, kept, (*self.history, change))


class MappingNode(Node):
    """A mapping: `entries` maps each key's text to its key node and its value node, in order."""

    __slots__ = ("entries",)

    def __init__(
        self,
        source: Source,
        start: Mark,
        end: Mark,
        tag: str | None,
        entries: dict[str, Entry],
        history: tuple[Change, ...] = (),
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self.entries = entries
        self.history = history

    def get(self, key: str) -> Node | None:
        """Value of a key, None where there is none."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def copy(self, change: Change) -> MappingNode:
        """The same mapping with one more step in its history."""
        return MappingNode(self.source, self.start, self.end, self.tag, self.entries, (*self.history, change))

    def with_entries(self, entries: dict[str, Entry]) -> MappingNode:
        """A mapping at the same place with other entries."""
        return MappingNode(self.source, self.start, self.end, self.tag, entries, self.history)

    @property
    def span(self) -> tuple[int, int]:
        """Offsets of the mapping; the parser's end overshoots, so the last entry's end counts."""
        start, end = super().span
        last = next(reversed(self.entries.values()), None)
        return start, _clamp(self, last[1] if last else None, end)


class SequenceNode(Node):
    """A sequence of nodes."""

    __slots__ = ("items",)

    def __init__(
        self,
        source: Source,
        start: Mark,
        end: Mark,
        tag: str | None,
        items: list[Node],
        history: tuple[Change, ...] = (),
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self.items = items
        self.history = history

    def copy(self, change: Change) -> SequenceNode:
        """The same sequence with one more step in its history."""
        return SequenceNode(self.source, self.start, self.end, self.tag, self.items, (*self.history, change))

    def with_items(self, items: list[Node]) -> SequenceNode:
        """A sequence at the same place with other items."""
        return SequenceNode(self.source, self.start, self.end, self.tag, items, self.history)

    @property
    def span(self) -> tuple[int, int]:
        """Offsets of the sequence; the parser's end overshoots, so the last item's end counts."""
        start, end = super().span
        return start, _clamp(self, self.items[-1] if self.items else None, end)


Entry = tuple[ScalarNode, Node]
"""Key node and value node of one mapping entry."""


def walk(root: Node) -> Iterator[ScalarNode]:
    """Every scalar below a node that is a value or a key, in document order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, MappingNode):
            for key, value in reversed(node.entries.values()):
                stack.extend((value, key))
        elif isinstance(node, SequenceNode):
            stack.extend(reversed(node.items))


def _clamp(node: Node, last: Node | None, end: int) -> int:
    """End of a block collection: where its last child ends, if that child stands inside it."""
    flow = node.source.text[end - 1 : end] in ("]", "}")
    if flow or last is None or last.source is not node.source:
        return end
    last_end = last.span[1]
    return last_end if node.start.index <= last_end <= end else end


def _skip_properties(text: str, start: int, end: int) -> int:
    """Offset behind an anchor and a tag that stand before a node."""
    while start < end and text[start] in "&!":
        while start < end and not text[start].isspace():
            start += 1
        while start < end and text[start].isspace():
            start += 1
    return start
