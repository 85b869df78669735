"""Differences between objects that should be alike once each workspace's own names are replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from opencode_policy.expand.flux import FLUX_GROUP
from opencode_policy.lean import dataclass, replace
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.quantity import QuantityError, parse_quantity
from opencode_policy.resource import Field
from opencode_policy.scalar_map import locate
from opencode_policy.scalars import resolve
from opencode_policy.workspaces.own_names import OwnNames

_KEYS = ("name", "mountPath", "secretKey", "key", "port", "containerPort", "path", "kind")
"""Fields by which the items of a list are told apart, whatever their order; the first that does so counts."""

_IN_ORDER = frozenset({"initContainers"})
"""Lists with such a field whose order matters all the same."""

_AMOUNTS = frozenset({"cacheCapacity", "capacity", "limits", "requests", "sizeLimit"})
"""Fields whose values are quantities, which have several spellings."""


@dataclass(frozen=True, slots=True)
class Side:
    """A field as one workspace has it.

    `foreign` are the names of the others, `common` texts that all of them use, as they are.
    """

    workspace: str
    own: OwnNames
    foreign: tuple[OwnNames, ...]
    common: frozenset[str]
    field: Field

    def to(self, field: Field) -> Side:
        return replace(self, field=field)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as in the model. `path` has the names of list items in place of their numbers.

    `what` is one of `other`, `missing`, `surplus`, `order`. Where it is not `sure` which of the two deviates
    (both are as many, and neither names another workspace), `side` is the later one, or the one that has a
    field which the other lacks.
    """

    what: str
    path: str
    side: Side
    model: Side
    sure: bool

    @property
    def words(self) -> str:
        """The difference as a message: against the model, or between the two where that is not sure."""
        path, model, side = self.path, self.model.workspace, self.side.workspace
        sure = {
            "other": f"{path} is not as in {model}",
            "missing": f"{path} is missing, which {model} has",
            "surplus": f"{path} stands here alone, {model} has none",
            "order": f"{path} has another order than in {model}",
        }
        unsure = {
            "other": f"{path} differs between {model} and {side}",
            "surplus": f"{path} stands in {side} and not in {model}",
            "order": f"the order of {path} differs between {model} and {side}",
        }
        return (sure if self.sure else unsure)[self.what]

    @property
    def location(self) -> Location:
        """The place that deviates; in a text of many lines the first line that does."""
        mine, theirs = self.side.field.node, self.model.field.node
        if self.what == "other" and isinstance(mine, ScalarNode) and isinstance(theirs, ScalarNode):
            return _first_other_line(mine, mine.value, theirs.value)
        return self.side.field.location


def differences(sides: Sequence[Side], path: str = "") -> Iterator[Difference]:
    """Where the sides deviate from most of them. The namespace is no part of it: a Kustomization sets it."""
    forms = [_form(side.field.node, side.own) for side in sides]
    if len(set(forms)) == 1 or _is_common(sides):
        return
    nodes = [side.field.node for side in sides]
    if all(isinstance(node, MappingNode) for node in nodes):
        yield from _parts([_entries(side) for side in sides], sides, path)
        return
    key = _list_key(sides)
    if key is not None:
        named = [_items(side, key) for side in sides]
        yield from _parts(named, sides, path)
        yield from _order(named, sides, path)
    elif len({len(node.items) if isinstance(node, SequenceNode) else -1 for node in nodes}) > 1 or not all(
        isinstance(node, SequenceNode) for node in nodes
    ):
        yield from _unlike("other", path, sides, forms)
    else:
        for index in range(len(list(sides[0].field))):
            yield from differences([side.to(side.field[index]) for side in sides], f"{path}.{index}")


def _is_common(sides: Sequence[Side]) -> bool:
    """Whether all sides have one text that is nobody's own, though it may also be one workspace's name."""
    texts = {side.field.text for side in sides}
    return len(texts) == 1 and texts <= sides[0].common


def _parts(parts: list[dict[str, Field]], sides: Sequence[Side], path: str) -> Iterator[Difference]:
    """Compare entries of the same name; one that is null counts as missing."""
    for name in dict.fromkeys(name for part in parts for name in part):
        if (path, name) == ("metadata", "namespace") and sides[0].field.resource.id.group != FLUX_GROUP:
            continue
        below = f"{path}.{name}".lstrip(".").replace("\0", "")
        found = [(s.to(part[name]) if name in part else None) for s, part in zip(sides, parts, strict=True)]
        present = [side for side in found if side is not None]
        yield from _absences(name, found, sides, below)
        if len(present) > 1:
            yield from differences(present, below)


def _absences(name: str, found: list[Side | None], sides: Sequence[Side], path: str) -> Iterator[Difference]:
    """Sides that lack what most have, or have what most lack."""
    has = [side is not None for side in found]
    count = has.count(True)
    if count == len(has):
        return
    sure = count * 2 != len(has)
    usual = sure and count * 2 > len(has)
    model = has.index(usual)
    for index, side in enumerate(found):
        if has[index] != usual:
            place = side or sides[index].to(sides[index].field[name])
            what = "missing" if usual else "surplus"
            yield Difference(what, path, place, found[model] or sides[model], sure)


def _order(named: list[dict[str, Field]], sides: Sequence[Side], path: str) -> Iterator[Difference]:
    if path.rpartition(".")[2] in _IN_ORDER and len({frozenset(part) for part in named}) == 1:
        yield from _unlike("order", path, sides, [tuple(part) for part in named])


def _unlike(what: str, path: str, sides: Sequence[Side], forms: Sequence[Hashable]) -> Iterator[Difference]:
    """Sides unlike the model: one of the most, one that names no other workspace, the first."""
    count = Counter(forms)
    ranks = [(-count[form], _is_foreign(side)) for side, form in zip(sides, forms, strict=True)]
    best = min(range(len(sides)), key=lambda index: ranks[index])
    for index, side in enumerate(sides):
        if forms[index] != forms[best]:
            yield Difference(what, path, side, sides[best], ranks[index] != ranks[best])


def _is_foreign(side: Side) -> bool:
    return any(names.occur_in(side.field.text) for names in side.foreign)


def _entries(side: Side) -> dict[str, Field]:
    """Fields of a mapping by their masked names."""
    return {side.own.masked(name): field for name, field in side.field.entries() if field}


def _items(side: Side, key: str) -> dict[str, Field]:
    """Items of a list by the masked value of a field."""
    return {side.own.masked(item[key].text): item for item in side.field}


def _list_key(sides: Sequence[Side]) -> str | None:
    """The field that tells the items apart in the list of every side."""
    return next((key for key in _KEYS if all(_tells_apart(side, key) for side in sides)), None)


def _tells_apart(side: Side, key: str) -> bool:
    values = [item[key].text for item in side.field]
    return side.field.is_list and all(values) and len(set(values)) == len(values)


def _form(node: Node | None, own: OwnNames, *, amount: bool = False) -> Hashable:
    """A node as a value to compare: names masked, quantities as amounts, nulls left out."""
    if isinstance(node, MappingNode):
        entries = {
            own.masked(name): _form(value, own, amount=amount or name in _AMOUNTS)
            for name, (_, value) in node.entries.items()
        }
        return frozenset((name, form) for name, form in entries.items() if form is not None)
    if isinstance(node, SequenceNode):
        return tuple(_form(item, own, amount=amount) for item in node.items)
    return _scalar_form(node, own, amount=amount) if isinstance(node, ScalarNode) else None


def _scalar_form(node: ScalarNode, own: OwnNames, *, amount: bool) -> Hashable:
    value = resolve(node)
    if amount:
        try:
            return "amount", parse_quantity(node.value).value
        except QuantityError:
            pass
    if isinstance(value, str):
        return own.masked(value)
    return None if value is None else (type(value).__name__, value)


def _first_other_line(node: ScalarNode, mine: str, theirs: str) -> Location:
    """Place of the first line that differs; the whole scalar where there is only one line."""
    lines, others = mine.split("\n"), theirs.split("\n")
    if len(lines) == 1:
        return node.location
    start = 0
    for index, line in enumerate(lines):
        if index >= len(others) or line != others[index]:
            return locate(node, start, start + len(line)) if line else locate(node, start, start)
        start += len(line) + 1
    return locate(node, max(start - 1, 0), max(start - 1, 0))
