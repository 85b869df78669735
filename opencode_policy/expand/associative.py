"""Lists whose items are told apart by keys, merged item by item.

As kyaml's yaml/walk/associative_sequence.go does it, to the letter: items of the patch come first, in the
patch's order; of two keys (a port and its protocol) those count that any item has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opencode_policy.expand import synthesize
from opencode_policy.expand.field_specs import is_null, same
from opencode_policy.expand.object import text_of
from opencode_policy.expand.provenance import with_history
from opencode_policy.expand.refusal import NotEvaluated
from opencode_policy.nodes import Change, MappingNode, Node, SequenceNode

MAX_ITEMS = 1_000
"""Longest list that is merged item by item: kustomize's way takes the square of it in steps."""

Keys = Sequence[str]
Merged = Callable[[Node | None, Node | None], Node | None]
"""Merges an item of the target with one of the patch; either may be missing."""

_PLAIN: Keys = ("",)
"""The key of items that are plain values: they are their own key."""


def merged(
    merge: Merged, target: SequenceNode, patch: SequenceNode | None, keys: tuple[str, ...]
) -> SequenceNode:
    """The target's list with the patch's merged into it; without a patch, its items cleaned up."""
    given = patch.items if patch else []
    if max(len(target.items), len(given)) > MAX_ITEMS:
        message = f"a list of more than {MAX_ITEMS} items is not merged by key"
        raise NotEvaluated(message, (patch or target).location)
    own_keys: Keys = keys or _PLAIN
    wanted = _wanted((given, target.items), keys)
    if len(own_keys) > 1:
        _fill(wanted)
    rest, fresh, valid = list(target.items), list[Node](), own_keys
    for values in wanted:
        valid, valid_values = _valid(wanted, values, own_keys)
        where = _valid([valid_values], valid_values, valid)
        old, new = _find(rest, *where), _find(rest if patch is target else given, *where)
        value = merge(old, new)
        if value is None or _is_nothing(value):
            rest = _put(rest, None, valid, valid_values)
            continue
        value = _keyed(value, valid, valid_values)
        if old is not None and (old is new or not replaces(new)):
            rest = [value if item is old else item for item in rest]
        elif old is None and new is not None and patch is not target:
            change = Change("patch", "a patch adds the item", new.location)
            value = with_history(value, (*value.history, change))
        fresh = _put(fresh, value, valid, valid_values)
    items = _appended(fresh, rest, valid) if wanted else rest
    unchanged = len(items) == len(target.items) and same(items, target.items)
    return target if unchanged else target.with_items(items)


def replaces(patch: Node | None) -> bool:
    """Whether an item of a patch says `$patch: replace`: kustomize then keeps the item as it is."""
    return isinstance(patch, MappingNode) and text_of(patch.get("$patch")) == "replace"


def _wanted(sources: tuple[list[Node], list[Node]], keys: Keys) -> list[list[str]]:
    """The key values of every item, each once, in the order in which the result has them."""
    found: dict[tuple[str, ...], None] = {}
    for items in sources:
        for item in items:
            found.setdefault(tuple(_value(item, key) for key in keys) if keys else (text_of(item),))
    return [list(values) for values in found]


def _value(item: Node, key: str) -> str:
    value = item.get(key) if isinstance(item, MappingNode) else None
    return "" if is_null(value) else text_of(value)


def _fill(wanted: list[list[str]]) -> None:
    """Items that agree in one key and lack another are taken for the same one."""
    for i, one in enumerate(wanted):
        for j, other in enumerate(wanted):
            values = _match(one, other)
            if values is not None:
                wanted[i] = wanted[j] = values


def _match(one: list[str], other: list[str]) -> list[str] | None:
    pairs = list(zip(one, other, strict=True))
    if any(a != b and a and b for a, b in pairs) or not any(a == b for a, b in pairs):
        return None
    return [a or b for a, b in pairs]


def _valid(wanted: list[list[str]], values: list[str], keys: Keys) -> tuple[Keys, list[str]]:
    """The keys that any item has a value for, all of them if none has, and the values of these keys."""
    used = {key for row in wanted for key, value in zip(keys, row, strict=False) if value}
    if not used:
        return keys, values
    kept = [value for key, value in zip(keys, values, strict=False) if value or key in used]
    return [key for key in keys if key in used], kept


def _find(items: list[Node], keys: Keys, values: list[str]) -> Node | None:
    if not keys[0]:
        return next((item for item in items if text_of(item) == values[0]), None)
    for item in items:
        if isinstance(item, MappingNode) and len(keys) == len(values):
            pairs = zip(keys, values, strict=True)
            if all(key in item.entries and text_of(item.get(key)) == value for key, value in pairs):
                return item
    return None


def _put(items: list[Node], new: Node | None, keys: Keys, values: list[str]) -> list[Node]:
    """Items with `new` in the place of those that have the values, else at the end; None removes them.

    An empty item falls away; where no value is given, every other item does (kyaml ElementSetter).
    """
    kept: list[Node] = []
    by_key, matched = bool(keys[0] and values and values[0]), False
    for item in items:
        if _is_nothing(item):
            continue
        if by_key and not isinstance(item, MappingNode):
            kept.append(item)
        elif not _has(item, keys, values):
            kept += [item] if values else []
        else:
            matched = True
            kept += [new] if new is not None else []
    if new is not None and not is_null(new) and not matched:
        kept.append(new)
    return kept


def _has(item: Node, keys: Keys, values: list[str]) -> bool:
    if not values:
        return False
    for key, value in zip(keys, values, strict=False):
        if not key:
            return text_of(item) == value
        if not isinstance(item, MappingNode) or key not in item.entries:
            return False
        if value and text_of(item.get(key)) != value:
            return False
    return True


def _keyed(item: Node, keys: Keys, values: list[str]) -> Node:
    """The item with its keys: an item that a patch lists without them gets them from its namesake."""
    for key, value in zip(keys, values, strict=False):
        if key and value and isinstance(item, MappingNode) and key not in item.entries:
            made = synthesize.scalar(value, item, style="")
            item = item.with_entries({**item.entries, key: (synthesize.scalar(key, item), made)})
    return item


def _appended(fresh: list[Node], rest: list[Node], keys: Keys) -> list[Node]:
    """The rest of the target's items behind the merged ones."""
    items = fresh
    for item in rest:
        values: list[str] = []
        for key in keys:
            value = item.get(key) if key and isinstance(item, MappingNode) else None
            if not key:
                values.append(text_of(item))
            elif value is None:
                items = [*items, item]
            else:
                values.append(text_of(value))
        if len(keys) > 1:
            items = _put(items, None, keys, values)
        items = _put(items, item, keys, values)
    return items


def _is_nothing(node: Node) -> bool:
    return is_null(node) or (isinstance(node, MappingNode) and not node.entries)
