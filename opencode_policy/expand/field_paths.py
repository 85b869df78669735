"""Field paths of replacements: `spec.template.spec.containers.[name=web].image`.

As kyaml reads them (PathGetter, PathMatcher): a source's path means one value; a target's may mean several,
and may make what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from opencode_policy.expand import synthesize
from opencode_policy.expand.field_specs import is_null
from opencode_policy.expand.patterns import compiled
from opencode_policy.expand.refusal import NotEvaluated, Refused
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

_NUMBER = re.compile(r"[0-9]{1,9}\Z")


def steps_of(path: str) -> list[str]:
    r"""Steps of a path: dots part them, but not `\.` and not those between brackets."""
    parts: list[str] = []
    for part in path.removeprefix(".").split("."):
        if parts and parts[-1].endswith("\\"):
            parts[-1] = f"{parts[-1][:-1]}.{part}"
        else:
            parts.append(part)
    steps: list[str] = []
    while parts:
        step = parts.pop(0)
        if step.startswith("[") and not step.endswith("]"):
            while parts and not step.endswith("]"):
                step += f".{parts.pop(0)}"
            step = step if "=" in step else step.strip("[]")
        steps.append(step)
    return steps


def look_up(root: Node, path: ScalarNode | None, default: str) -> Node | None:
    """The one value at a path. Raises `Refused` where the path cannot be followed."""
    written = path.value if path is not None else default
    place = (path or root).location
    node: Node | None = root
    for step in (part.strip() for part in steps_of(written)):
        if node is None or not step:
            continue
        if step == "*":
            raise Refused("a source has no wildcards", place)
        if step == "-" or _NUMBER.match(step):
            items = _items(node, step, place)
            index = len(items) - 1 if step == "-" else int(step)
            node = items[index] if 0 <= index < len(items) else None
        elif step.startswith("[") and step.endswith("]"):
            node = _match(_items(node, step, place), *_pair(step, place))
        else:
            node = _field(node, step, place)
    return node


def _match(items: list[Node], name: str, value: str) -> Node | None:
    for item in items:
        own = item.get(name) if isinstance(item, MappingNode) else item if not name else None
        if isinstance(own, ScalarNode) and own.value == value:
            return item
    return None


def _field(node: Node, step: str, place: Location) -> Node | None:
    if isinstance(node, MappingNode):
        return node.get(step)
    if is_null(node):
        return None
    raise Refused(f"'{step}' is no field of a list or text", place)


def _items(node: Node, step: str, place: Location) -> list[Node]:
    if isinstance(node, SequenceNode):
        return node.items
    raise Refused(f"'{step}' stands for an item where no list is", place)


def _pair(step: str, place: Location) -> tuple[str, str]:
    name, equals, value = step[1:-1].partition("=")
    if not equals:
        raise Refused(f"'{step}' must be written [field=value]", place)
    return name, value


@dataclass(frozen=True, slots=True)
class Target:
    """One path of a target. `made` is the shape of what is made where nothing is, None to make nothing."""

    path: ScalarNode
    made: type[Node] | None
    setter: Callable[[Node], Node]

    def set(self, root: Node) -> tuple[Node, int]:
        """The object with the value set, and in how many places it was."""
        return self.below(root, steps_of(self.path.value))

    def below(self, node: Node, steps: list[str]) -> tuple[Node, int]:
        if not steps:
            return self.setter(node), 1
        step, rest = steps[0], steps[1:]
        if _NUMBER.match(step):
            return self.item(node, int(step), rest)
        if step.startswith("[") and step.endswith("]"):
            return self.matching(node, step, rest)
        if step == "*":
            return self.each(node, lambda _: True, rest)
        return self.field(node, step, rest)

    def field(self, node: Node, step: str, rest: list[str]) -> tuple[Node, int]:
        value = _field(node, step, self.path.location)
        if value is None and self.made is not None and isinstance(node, MappingNode):
            value = self.new(rest)
        if value is None or not isinstance(node, MappingNode):
            return node, 0
        new, count = self.below(value, rest)
        known = node.entries.get(step)
        key = known[0] if known else synthesize.scalar(step, self.path)
        return (node.with_entries({**node.entries, step: (key, new)}) if count else node), count

    def item(self, node: Node, index: int, rest: list[str]) -> tuple[Node, int]:
        items = list(_items(node, str(index), self.path.location))
        if index == len(items) and self.made is not None:
            items.append(self.new(rest))
        if index >= len(items):
            raise Refused(f"the list has no item {index}", self.path.location)
        items[index], count = self.below(items[index], rest)
        return synthesize.with_items(node, items), count

    def matching(self, node: Node, step: str, rest: list[str]) -> tuple[Node, int]:
        name, value = _pair(step, self.path.location)
        pattern = compiled(value)
        if pattern is None:
            raise NotEvaluated(f"the expression '{value}' is not evaluated", self.path.location)

        def chosen(item: Node) -> bool:
            own = item.get(name) if isinstance(item, MappingNode) else item if not name else None
            return own is not None and pattern.search(_written(own)) is not None

        new, count = self.each(node, chosen, rest if name else [])
        if count or self.made is None:
            return new, count
        made: Node = synthesize.scalar(value, self.path, style="")
        if name:
            made = synthesize.mapping({name: made}, self.path)
        if not chosen(made):
            raise Refused(f"an item '{step}' cannot be made", self.path.location)
        added = synthesize.with_items(node, [*_items(node, step, self.path.location), made])
        return self.each(added, chosen, rest if name else [])

    def each(self, node: Node, chosen: Callable[[Node], bool], rest: list[str]) -> tuple[Node, int]:
        total, items = 0, []
        for item in _items(node, "*", self.path.location):
            new, count = self.below(item, rest) if chosen(item) else (item, 0)
            total += count
            items.append(new)
        return synthesize.with_items(node, items), total

    def new(self, rest: list[str]) -> Node:
        """What is made on the way: a list where an item follows, a mapping where a field does."""
        step = rest[0] if rest else ""
        if step and (_NUMBER.match(step) or (step.startswith("[") and step.endswith("]"))):
            return synthesize.sequence([], self.path)
        if step or self.made is MappingNode:
            return synthesize.mapping({}, self.path)
        if self.made is SequenceNode:
            return synthesize.sequence([], self.path)
        return synthesize.scalar("", self.path, style="")


def _written(node: Node) -> str:
    """A value as YAML writes it, which is what an expression is matched with: a text `80` has quotes."""
    if not isinstance(node, ScalarNode):
        return ""
    plain = ScalarNode(node.source, node.start, node.end, None, node.value, None)
    is_text = isinstance(resolve(node), str)
    return f'"{node.value}"' if is_text and not isinstance(resolve(plain), str) else node.value
