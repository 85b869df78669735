"""Fields that a transformer of kustomize sets: where they are, and how they are found in an object.

A path goes through lists by itself; `name[]` says that a list must stand there. As kustomize's
api/filters/fieldspec.
"""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.expand import synthesize
from opencode_policy.expand.built_in_kinds import split
from opencode_policy.expand.refusal import Refused
from opencode_policy.lean import dataclass
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

Setter = Callable[[Node], Node]
"""Gives the node that takes the place of a field's value."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of the objects of a kind; an empty `group`, `version` or `kind` stands for any."""

    path: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""
    create: bool = False

    def selects(self, api_version: str, kind: str) -> bool:
        """Whether objects of a kind have the field."""
        return is_selected(api_version, kind, self.group, self.version, self.kind)


@dataclass(frozen=True, slots=True)
class Missing:
    """What is made where a field with `create` is missing: it stands at the place of `origin`."""

    origin: Node
    scalar: bool = False

    def made(self, *, last: bool) -> Node:
        if last and self.scalar:
            return synthesize.scalar("", self.origin)
        return synthesize.mapping({}, self.origin)


def is_selected(api_version: str, kind: str, group: str, version: str, wanted: str) -> bool:
    """Whether a kind is meant by group, version and kind, each of which may be empty."""
    if wanted and kind != wanted:
        return False
    if not group and not version:
        return True
    own_group, own_version = split(api_version)
    return group in ("", own_group) and version in ("", own_version)


def path_of(text: str) -> tuple[str, ...]:
    r"""Steps of a path; a slash of a step itself is written `\/` (kyaml utils.PathSplitter)."""
    steps: list[str] = []
    for part in text.removeprefix("/").split("/"):
        if steps and steps[-1].endswith("\\"):
            steps[-1] = f"{steps[-1][:-1]}/{part}"
        else:
            steps.append(part)
    return tuple(steps)


def set_field(
    root: MappingNode, spec: FieldSpec, setter: Setter, missing: Missing | None, origin: Node
) -> MappingNode:
    """The object with a field set; itself where the field is not there. `origin` ordered the change.

    Raises `Refused` where the path leads through a scalar.
    """
    made = missing if spec.create else None
    new = _set(root, spec.path, setter, made, origin)
    return new if isinstance(new, MappingNode) else root


def _set(node: Node, path: tuple[str, ...], setter: Setter, missing: Missing | None, origin: Node) -> Node:
    if not path:
        return setter(node)
    if is_null(node):
        return node
    if isinstance(node, SequenceNode):
        items = [_set(item, path, setter, missing, origin) for item in node.items]
        return node if same(items, node.items) else node.with_items(items)
    if isinstance(node, MappingNode):
        return _set_below(node, path, setter, missing, origin)
    message = f"no mapping or list stands on the way to '{'/'.join(path)}'"
    raise Refused(message, origin.location)


def _set_below(
    node: MappingNode, path: tuple[str, ...], setter: Setter, missing: Missing | None, origin: Node
) -> MappingNode:
    name = path[0].removesuffix("[]")
    made = None if path[0].endswith("[]") else missing
    known = node.entries.get(name)
    value = known[1] if known else None
    if made is not None and (value is None or is_null(value)):
        value = made.made(last=len(path) == 1)
    if value is None:
        return node
    new = _set(value, path[1:], setter, missing, origin)
    if known and new is known[1]:
        return node
    key = known[0] if known else synthesize.scalar(name, new)
    return node.with_entries({**node.entries, name: (key, new)})


def is_null(node: Node | None) -> bool:
    """Whether a node is null, in whatever spelling."""
    return isinstance(node, ScalarNode) and resolve(node) is None


def same(new: list[Node], old: list[Node]) -> bool:
    """Whether no item changed."""
    return all(a is b for a, b in zip(new, old, strict=True))
