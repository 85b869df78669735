"""Strategic merge patches, as kustomize applies them (kyaml yaml/merge2 and yaml/walk).

A list merges by its keys where Kubernetes' own API says so, and is replaced everywhere else, in custom
resources always. `$patch` (replace, delete, merge) is the only directive that kustomize knows; the
others of Kubernetes (`$setElementOrder`, `$deleteFromPrimitiveList`, `$retainKeys`) stay in the object
as fields. What the patch does not mention is walked all the same: a key without a value falls away.
"""

from __future__ import annotations

from opencode_policy.expand import associative
from opencode_policy.expand.built_in_kinds import field_of, type_of
from opencode_policy.expand.field_specs import is_null
from opencode_policy.expand.object import text_of
from opencode_policy.expand.provenance import replacing, with_history
from opencode_policy.expand.refusal import Refused
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import Change, Entry, MappingNode, Node, ScalarNode, SequenceNode

DIRECTIVE = "$patch"
_STRATEGIES = ("replace", "delete", "merge")


@dataclass(frozen=True, slots=True)
class Merge:
    """One patch on its way into an object; `place` is where the patch stands."""

    place: Location

    def apply(self, target: MappingNode, patch: MappingNode) -> MappingNode | None:
        """The target with the patch merged into it, None where the patch deletes it.

        A patch that says `$patch: replace` of the whole object changes nothing: kustomize drops what comes
        of it. Raises `Refused` where the patch has another shape than the target, or an unknown directive.
        """
        if directive(patch)[0] == "replace":
            return target
        merged = self.node(target, patch, "", None)
        return merged if isinstance(merged, MappingNode) and merged.entries else None

    def node(
        self, target: Node | None, patch: Node | None, type_name: str, keys: tuple[str, ...] | None
    ) -> Node | None:
        """Two values merged; either may be missing."""
        self.same_shape(target, patch)
        lead = target if _present(target) else patch
        if isinstance(lead, SequenceNode):
            return self.sequence(target, patch, type_name, keys)
        if isinstance(lead, ScalarNode) and not is_null(lead):
            return self.scalar(target, patch)
        return self.mapping(target, patch, type_name)

    def same_shape(self, target: Node | None, patch: Node | None) -> None:
        if _present(target) and _present(patch) and type(target) is not type(patch):
            message = "the patch has another kind of value here than the object"
            raise Refused(message, patch.location if patch is not None else self.place)

    def scalar(self, target: Node | None, patch: Node | None) -> Node | None:
        if patch is None or target is None or patch is target:
            return patch if patch is not None else target
        return self.replaced(patch, target)

    def replaced(self, patch: Node, target: Node) -> Node:
        return replacing(patch, target, "patch", "a patch replaces the value", patch.location)

    def mapping(self, target: Node | None, patch: Node | None, type_name: str) -> Node | None:
        if target is None or is_null(target):
            if patch is None:
                return target if text_of(target) else None
            if is_null(patch):
                return None
            strategy, bare = directive(patch, strict=False)
            return None if strategy == "delete" else self.fields(bare, bare, type_name)
        if patch is None:
            return self.fields(target, None, type_name)
        if is_null(patch):
            return None
        strategy, bare = directive(patch)
        if strategy == "delete":
            return None
        if strategy == "replace":
            new = self.fields(bare, bare, type_name)
            return self.replaced(new, target) if new is not None else None
        return self.fields(bare if patch is target else target, bare, type_name)

    def fields(self, target: Node, patch: Node | None, type_name: str) -> Node | None:
        """Every field of two mappings merged; the target's come first, new ones by name."""
        if not isinstance(target, MappingNode):
            return target
        other = patch.entries if isinstance(patch, MappingNode) and patch is not target else {}
        own = type_name or type_of(text_of(target.get("apiVersion")), text_of(target.get("kind")))
        if not own and isinstance(patch, MappingNode):
            own = type_of(text_of(patch.get("apiVersion")), text_of(patch.get("kind")))
        entries: dict[str, Entry] = {}
        removed: list[Change] = []
        for name in [*target.entries, *sorted(other.keys() - target.entries.keys())]:
            entry = self.field(target, patch, name, own)
            if entry is not None:
                entries[name] = entry
            elif name in other:
                place = other[name][0].location
                removed.append(Change("patch", f"a patch removes '{name}'", place))
        if not removed and _unchanged(entries, target.entries):
            return target
        return with_history(target.with_entries(entries), (*target.history, *removed))

    def field(self, target: MappingNode, patch: Node | None, name: str, type_name: str) -> Entry | None:
        known = target.entries.get(name)
        given = patch.entries.get(name) if isinstance(patch, MappingNode) else None
        below, keys = field_of(type_name, name)
        before = known[1] if known else None
        value = self.node(before, given[1] if given else None, below, keys)
        if value is None or (is_null(value) and value is not before):
            return None
        if is_null(value) and (given or not text_of(value)):
            return None
        if known or given is None:
            return (known[0], value) if known else None
        change = Change("patch", f"a patch adds '{name}'", given[0].location)
        return given[0], with_history(value, (*value.history, change))

    def sequence(
        self, target: Node | None, patch: Node | None, type_name: str, keys: tuple[str, ...] | None
    ) -> Node | None:
        if keys is None:
            return self.scalar(target, patch)
        if not isinstance(target, SequenceNode):
            return self.items(patch, patch, type_name, keys)
        if patch is None or patch is target:
            return self.items(target, patch, type_name, keys)
        if is_null(patch):
            return None
        strategy, bare = directive(patch)
        if strategy == "delete":
            return None
        if strategy == "replace":
            new = self.items(bare, bare, type_name, keys)
            return self.replaced(new, target) if new is not None else None
        return self.items(target, bare, type_name, keys)

    def items(
        self, target: Node | None, patch: Node | None, type_name: str, keys: tuple[str, ...]
    ) -> Node | None:
        def merged(one: Node | None, other: Node | None) -> Node | None:
            return self.node(one, other, type_name, None)

        if not isinstance(target, SequenceNode):
            return None
        return associative.merged(merged, target, patch if isinstance(patch, SequenceNode) else None, keys)


def _present(node: Node | None) -> bool:
    return node is not None and not is_null(node)


def directive(patch: Node, *, strict: bool = True) -> tuple[str, Node]:
    """The `$patch` of a mapping or list, and the patch without it; `merge` where it has none.

    In a list the directive is an item with that single key, the first item that has the key counts.
    Raises `Refused` for a directive that does not exist.
    """
    node, bare = _of_mapping(patch) if isinstance(patch, MappingNode) else _of_list(patch)
    if node is None or is_null(node):
        return "merge", patch
    strategy = text_of(node)
    if strategy in _STRATEGIES:
        return strategy, bare
    if strict:
        raise Refused(f"there is no patch directive '{strategy}'", node.location)
    return "merge", patch


def _of_mapping(patch: MappingNode) -> tuple[Node | None, Node]:
    if DIRECTIVE not in patch.entries:
        return None, patch
    bare = {name: entry for name, entry in patch.entries.items() if name != DIRECTIVE}
    return patch.get(DIRECTIVE), patch.with_entries(bare)


def _of_list(patch: Node) -> tuple[Node | None, Node]:
    if not isinstance(patch, SequenceNode):
        return None, patch
    holder = next(
        (item for item in patch.items if isinstance(item, MappingNode) and DIRECTIVE in item.entries), None
    )
    if holder is None or len(holder.entries) > 1:
        return None, patch
    word = text_of(holder.get(DIRECTIVE))
    items = [
        item
        for item in patch.items
        if not (isinstance(item, MappingNode) and text_of(item.get(DIRECTIVE)) == word)
    ]
    return holder.get(DIRECTIVE), patch.with_items(items)


def _unchanged(new: dict[str, Entry], old: dict[str, Entry]) -> bool:
    return len(new) == len(old) and all(name in old and old[name][1] is new[name][1] for name in new)
