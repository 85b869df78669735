"""YAML text to documents of nodes, from the events of libyaml.

`yaml.compose` refuses files that Kubernetes accepts (a redefined anchor, unknown tags) and loses
duplicate keys; the events lose nothing. One pass, no recursion, bounded depth and alias expansion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any

import yaml
from yaml import CSafeLoader
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location, Related
from opencode_policy.nodes import Change, Entry, MappingNode, Mark, Node, ScalarNode, SequenceNode
from opencode_policy.source import Source

MAX_DEPTH = 200
"""Deepest nesting that is followed; later stages may therefore recurse."""

MAX_ALIAS_NODES = 100_000
"""Nodes that the aliases of one document may add together: the guard against an alias bomb."""

_MERGE = "tag:yaml.org,2002:merge"
_LIBYAML_DEPTH = "maximum nesting depth"


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its root node (None when the document is empty) and its place in the file."""

    source: Source
    index: int
    root: Node | None


@dataclass(slots=True)
class Parsed:
    """All documents of a file that could be read, and what was wrong with it.

    `complete` is False when the text behind the last document could not be read.
    """

    documents: list[Document] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    complete: bool = True


class _Frame:
    """An open collection while its events come in."""

    __slots__ = ("anchor", "entries", "is_mapping", "items", "key", "merges", "size", "start", "tag")

    def __init__(self, event: Any, *, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.start: Mark = event.start_mark
        self.tag: str | None = event.tag
        self.anchor: str | None = event.anchor
        self.entries: dict[str, Entry] = {}
        self.items: list[Node] = []
        self.key: ScalarNode | None = None
        self.merges: list[Node] = []
        self.size = 1


@dataclass(frozen=True, slots=True)
class _Offset:
    """A mark of our own, where libyaml gives none; only `index` counts."""

    index: int
    line: int = 0
    column: int = 0


class _Stop(Exception):  # noqa: N818 - a jump out of the event loop, not an error of ours
    def __init__(self, code: str, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.code = code
        self.mark = mark


def parse(source: Source) -> Parsed:
    """Read every document of a source. Never raises for bad text: that becomes a diagnostic."""
    builder = _Builder(source)
    try:
        _feed(builder, source.text)
    except _Stop as stop:
        builder.fail(stop.code, str(stop), stop.mark)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.fail("yaml-syntax", _words(error, source.text, mark), mark)
    except yaml.YAMLError as error:
        builder.fail("yaml-syntax", _reader_words(error), _reader_mark(source, error))
    except UnicodeEncodeError as error:
        builder.fail("yaml-syntax", "not YAML: half of a surrogate pair", _Offset(error.start))
    return builder.parsed


def _feed(builder: _Builder, text: str) -> None:
    """Hand every event of a text to a builder.

    libyaml looks up to 1,024 characters ahead for a key and may meet its own nesting limit there before it
    has told of the brackets that reach ours; the text up to that place then shows where ours is.
    """
    try:
        _feed_all(builder, text)
    except yaml.MarkedYAMLError as error:
        if _LIBYAML_DEPTH not in str(error.problem) or error.problem_mark is None:
            raise
        _feed_all(builder, text[: error.problem_mark.index])


def _feed_all(builder: _Builder, text: str) -> None:
    """What yaml.parse does, without a question before every event; None comes behind the last one."""
    loader = CSafeLoader(text)
    feed, get_event = builder.feed, loader.get_event
    while event := get_event():
        feed(event)


class _Builder:
    """Turns events into nodes with an explicit stack."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parsed = Parsed()
        self.stack: list[_Frame] = []
        self.root: Node | None = None
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.alias_nodes = 0

    def feed(self, event: Any) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            style = event.style if event.style and event.style in "'\"|>" else None
            node = ScalarNode(self.source, event.start_mark, event.end_mark, event.tag, event.value, style)
            if event.anchor:
                self.anchors[event.anchor] = (node, 1)
            self.add(node, 1)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self.open(event, is_mapping=kind is MappingStartEvent)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self.close(event.end_mark)
        elif kind is AliasEvent:
            self.alias(event)
        elif kind is DocumentStartEvent:
            self.root, self.anchors, self.alias_nodes = None, {}, 0
        elif kind is DocumentEndEvent:
            index = len(self.parsed.documents)
            self.parsed.documents.append(Document(self.source, index, self.root))

    def open(self, event: Any, *, is_mapping: bool) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _Stop("yaml-too-deep", f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Frame(event, is_mapping=is_mapping))

    def close(self, end: Mark) -> None:
        frame = self.stack.pop()
        node: Node
        if frame.is_mapping:
            node = MappingNode(self.source, frame.start, end, frame.tag, frame.entries)
            for merged in frame.merges:
                self.merge(node, merged)
        else:
            node = SequenceNode(self.source, frame.start, end, frame.tag, frame.items)
        if frame.anchor:
            self.anchors[frame.anchor] = (node, frame.size)
        self.add(node, frame.size)

    def alias(self, event: Any) -> None:
        known = self.anchors.get(event.anchor)
        if known is None:
            inside = any(frame.anchor == event.anchor for frame in self.stack)
            why = "contains itself" if inside else "is not defined before it is used"
            raise _Stop("yaml-syntax", f"the anchor '{event.anchor}' {why}", event.start_mark)
        target, size = known
        self.alias_nodes += size
        if self.alias_nodes > MAX_ALIAS_NODES:
            message = f"aliases expand to more than {MAX_ALIAS_NODES} nodes"
            raise _Stop("yaml-alias-bomb", message, event.start_mark)
        change = Change("alias", f"anchor '{event.anchor}' is defined here", target.location)
        copy = target.copy(change)
        copy.start, copy.end = event.start_mark, event.end_mark
        self.add(copy, size)

    def add(self, node: Node, size: int) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        if not frame.is_mapping:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = node if isinstance(node, ScalarNode) else self.complex_key(node)
        else:
            key, frame.key = frame.key, None
            if key.value in frame.entries or key.value == "<<":
                self.special(frame, key, node)
            else:
                frame.entries[key.value] = (key, node)

    def special(self, frame: _Frame, key: ScalarNode, value: Node) -> None:
        """An entry that is a merge, or whose key is there already."""
        name = key.value
        if name == "<<" and (key.tag == _MERGE or not key.style):
            frame.merges.append(value)
            return
        first = frame.entries.setdefault(name, (key, value))
        if first[0] is key:
            return
        related = (Related("first written here", first[0].location),)
        message = f"the key '{name}' stands twice in this mapping"
        self.parsed.diagnostics.append(Diagnostic("yaml-duplicate-key", message, key.location, related))

    def merge(self, node: MappingNode, merged: Node) -> None:
        """YAML 1.1 merge key: entries of other mappings, where the own ones do not win."""
        sources = merged.items if isinstance(merged, SequenceNode) else [merged]
        for mapping in sources:
            if not isinstance(mapping, MappingNode):
                message = "a merge key takes a mapping or a list of mappings"
                self.parsed.diagnostics.append(Diagnostic("yaml-syntax", message, mapping.location))
                continue
            for name, entry in mapping.entries.items():
                node.entries.setdefault(name, entry)

    def complex_key(self, node: Node) -> ScalarNode:
        message = "a mapping or a list as a key is nothing that Kubernetes reads"
        self.parsed.diagnostics.append(Diagnostic("yaml-syntax", message, node.location))
        return ScalarNode(self.source, node.start, node.end, None, f"?{node.start.index}", None)

    def fail(self, code: str, message: str, mark: Mark | None) -> None:
        self.parsed.complete = False
        location = _at(self.source, mark)
        self.parsed.diagnostics.append(Diagnostic(code, message, location))


def _at(source: Source, mark: Mark | None) -> Location:
    """Region of the character at a mark, empty at the end of a line."""
    if mark is None:
        return source.location(0, 0)
    offset = min(mark.index, len(source.text))
    visible = offset < len(source.text) and source.text[offset] not in "\r\n"
    return source.location(offset, offset + 1 if visible else offset)


def _words(error: yaml.MarkedYAMLError, text: str, mark: Mark | None) -> str:
    if (
        mark is not None
        and text[mark.index : mark.index + 1] == "\t"
        and "start any token" in str(error.problem)
    ):
        return "a tab indents nothing in YAML; blanks do"
    parts = [part for part in (error.context, error.problem) if part]
    return ", ".join(str(part) for part in parts) or "not YAML"


def _reader_words(error: yaml.YAMLError) -> str:
    reason = getattr(error, "reason", None)
    return f"not YAML: {reason}" if reason else "not YAML: a character that YAML does not allow"


def _reader_mark(source: Source, error: yaml.YAMLError) -> Mark | None:
    """The reader counts bytes."""
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return None
    return _Offset(len(source.text.encode()[:position].decode(errors="ignore")))


def values(parsed: Parsed) -> Iterator[Node]:
    """Roots of the documents that are not empty."""
    return (document.root for document in parsed.documents if document.root is not None)
