"""JSON patches (RFC 6902) over nodes, as the library that kustomize uses applies them.

That is evanphx/json-patch v4, which departs from the RFC: `replace` and `add` alike set a key of a mapping
whether it is there or not, and a negative index counts from the end of a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from opencode_policy.expand import synthesize
from opencode_policy.expand.object import text_of
from opencode_policy.expand.provenance import replacing, with_history
from opencode_policy.expand.refusal import NotEvaluated, Refused
from opencode_policy.lean import dataclass
from opencode_policy.nodes import Change, MappingNode, Node, SequenceNode
from opencode_policy.parse import MAX_DEPTH
from opencode_policy.scalars import to_python

MAX_COPIED = 100_000
"""Nodes that the `copy` operations of one patch may copy together."""

_INDEX = re.compile(r"[-+]?[0-9]{1,9}\Z")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a patch; `path` and `source` are JSON pointers as they are written."""

    node: MappingNode
    name: str
    path: str
    source: str
    value: Node | None

    @classmethod
    def of(cls, node: MappingNode) -> Operation:
        name, path, source = (text_of(node.get(field)) for field in ("op", "path", "from"))
        return cls(node, name, path, source, node.get("value"))

    @property
    def at(self) -> Node:
        """What a finding about the operation points at."""
        return self.node.get("path") or self.node.get("op") or self.node

    def refuse(self, why: str) -> Refused:
        what = f"the patch cannot {self.name or 'do anything at'} '{self.path}'"
        return Refused(f"{what}: {why}", self.at.location)


def apply(root: MappingNode, operations: list[MappingNode]) -> MappingNode:
    """The object after every operation. Raises `Refused` for the first that does not apply."""
    patched: Node = root
    copied = 0
    for node in operations:
        operation = Operation.of(node)
        if operation.name == "copy":
            copied += _size(_get(patched, operation, operation.source))
        if copied > MAX_COPIED:
            raise NotEvaluated("the patch copies too much", operation.at.location)
        patched = _applied(patched, operation)
    if not isinstance(patched, MappingNode):
        raise Refused("the patch leaves no object", operations[-1].location)
    return patched


def _applied(root: Node, operation: Operation) -> Node:
    match operation.name:
        case "add":
            return _insert(root, operation, _value(operation))
        case "replace":
            return _replace(root, operation)
        case "remove":
            return _remove(root, operation, operation.path)
        case "move":
            value = _get(root, operation, operation.source)
            return _insert(_remove(root, operation, operation.source), operation, value)
        case "copy":
            return _insert(root, operation, _get(root, operation, operation.source))
        case "test":
            return _tested(root, operation)
    raise operation.refuse("there is no such operation")


def _value(operation: Operation) -> Node:
    return operation.value or synthesize.scalar("null", operation.node, style="")


def _tested(root: Node, operation: Operation) -> Node:
    found = _get(root, operation, operation.path) if operation.path else root
    if _json(found) != _json(_value(operation)):
        raise operation.refuse("the value there is another one")
    return root


def _json(node: Node) -> str:
    return json.dumps(to_python(node), sort_keys=True)


def _insert(root: Node, operation: Operation, value: Node) -> Node:
    def insert(parent: Node, step: str) -> Node:
        if isinstance(parent, MappingNode):
            return _with_key(parent, step, value, operation)
        items = _items(parent, operation)
        at = len(items) if step == "-" else _index(step, len(items) + 1, operation)
        new = with_history(value, (*value.history, _change(operation, "a patch adds the item")))
        return _with_items(parent, [*items[:at], new, *items[at:]])

    return _edit(root, operation, operation.path, insert, value)


def _replace(root: Node, operation: Operation) -> Node:
    value = _value(operation)
    if not operation.path:
        return _replacing(value, root, operation)

    def replace(parent: Node, step: str) -> Node:
        if isinstance(parent, MappingNode):
            return _with_key(parent, step, value, operation)
        items = list(_items(parent, operation))
        at = _index(step, len(items), operation)
        items[at] = _replacing(value, items[at], operation)
        return _with_items(parent, items)

    return _edit(root, operation, operation.path, replace, value)


def _remove(root: Node, operation: Operation, path: str) -> Node:
    def remove(parent: Node, step: str) -> Node:
        change = _change(operation, f"a patch removes '{step}'")
        if isinstance(parent, MappingNode):
            if step not in parent.entries:
                raise operation.refuse(f"there is no '{step}'")
            entries = {name: entry for name, entry in parent.entries.items() if name != step}
            return parent.with_entries(entries).copy(change)
        items = list(_items(parent, operation))
        del items[_index(step, len(items), operation)]
        return _with_items(parent, items).copy(change)

    return _edit(root, operation, path, remove, None)


def _edit(
    root: Node, operation: Operation, path: str, edit: Callable[[Node, str], Node], value: Node | None
) -> Node:
    """The tree with the parent of a path replaced by what `edit` makes of it."""
    steps = _steps(path)
    if not steps:
        raise operation.refuse("the path must begin with a slash and name a field")
    if value is not None and len(steps) + _depth(value) > MAX_DEPTH:
        raise NotEvaluated("the patch nests too deep", operation.at.location)
    trail = [root]
    for step in steps[:-1]:
        trail.append(_child(trail[-1], step, operation))
    new = edit(trail[-1], steps[-1])
    for parent, step in zip(reversed(trail[:-1]), reversed(steps[:-1]), strict=True):
        new = _with_child(parent, step, new)
    return new


def _get(root: Node, operation: Operation, path: str) -> Node:
    steps = _steps(path)
    if not steps:
        raise operation.refuse("the path must begin with a slash and name a field")
    node = root
    for step in steps[:-1]:
        node = _child(node, step, operation)
    if isinstance(node, MappingNode):
        return node.get(steps[-1]) or synthesize.scalar("null", operation.node, style="")
    return _child(node, steps[-1], operation)


def _child(node: Node, step: str, operation: Operation) -> Node:
    if isinstance(node, MappingNode):
        child = node.get(step)
        if child is None:
            raise operation.refuse(f"there is no '{step}'")
        return child
    items = _items(node, operation)
    return items[_index(step, len(items), operation)]


def _with_child(parent: Node, step: str, child: Node) -> Node:
    if isinstance(parent, MappingNode):
        return parent.with_entries({**parent.entries, step: (parent.entries[step][0], child)})
    items = list(parent.items) if isinstance(parent, SequenceNode) else []
    items[int(step)] = child
    return _with_items(parent, items)


def _with_key(parent: MappingNode, step: str, value: Node, operation: Operation) -> MappingNode:
    known = parent.entries.get(step)
    key = known[0] if known else synthesize.scalar(step, operation.at)
    new = _replacing(value, known[1] if known else None, operation)
    return parent.with_entries({**parent.entries, step: (key, new)})


def _replacing(value: Node, old: Node | None, operation: Operation) -> Node:
    message = "a patch adds the value" if old is None else "a patch replaces the value"
    return replacing(value, old, "patch", message, operation.at.location)


def _change(operation: Operation, message: str) -> Change:
    return Change("patch", message, operation.at.location)


def _items(node: Node, operation: Operation) -> list[Node]:
    if isinstance(node, SequenceNode):
        return node.items
    raise operation.refuse("no mapping or list stands on the way")


def _with_items(node: Node, items: list[Node]) -> Node:
    return node.with_items(items) if isinstance(node, SequenceNode) else node


def _index(step: str, size: int, operation: Operation) -> int:
    if not _INDEX.match(step):
        raise operation.refuse(f"'{step}' is no index of a list")
    index = int(step)
    if not -size <= index < size:
        raise operation.refuse(f"the list has no item {step}")
    return index + size if index < 0 else index


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _size(node: Node) -> int:
    """How many nodes a tree has."""
    count, stack = 0, [node]
    while stack and count <= MAX_COPIED:
        count += 1
        stack += _below(stack.pop())
    return count


def _depth(node: Node) -> int:
    """Levels below a node."""
    depth, level = 0, [node]
    while level := [below for node in level for below in _below(node)]:
        depth += 1
    return depth


def _below(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [value for _, value in node.entries.values()]
    return node.items if isinstance(node, SequenceNode) else []
