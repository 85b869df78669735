"""References follow the objects whose names a build changed (kustomize api/filters/nameref)."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.expand import synthesize
from opencode_policy.expand.built_in_kinds import is_cluster_scoped
from opencode_policy.expand.field_specs import FieldSpec, is_null, is_selected, set_field
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.identities import name_location
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.reference_specs import References, fields_by_kind
from opencode_policy.expand.refusal import Refused
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode

_WITH_NAMESPACES = frozenset(
    {
        "ClusterRoleBinding",
        "MutatingWebhookConfiguration",
        "RoleBinding",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds whose references hold a namespace too: they change with it, although no name does."""

Same = Callable[[Object], object]
"""By what several objects may stand for each other."""


def follow(objects: list[Object], folder: Folder) -> None:
    """Give every reference to an object that was renamed or moved its present name; mistakes are noted."""
    changed = [item for item in objects if item.past]
    if not any(past[1] != item.name for item in changed for past in item.past):
        objects = [item for item in objects if item.kind in _WITH_NAMESPACES]
    targets = _by_name(changed)
    fields = fields_by_kind()
    for item in objects if changed else ():
        version = item.api_version
        for table, spec in fields.get(item.first_kind, ()):
            if table.kind in targets and spec.selects(version, spec.kind):
                _follow(item, Reference(item, targets[table.kind], table, spec), folder)


Named = dict[str, list[Object]]
"""Objects by every name that they had."""


def _by_name(changed: list[Object]) -> dict[str, Named]:
    """Objects by every kind and every name that they had."""
    found: dict[str, Named] = {}
    for item in changed:
        names = {past[1] for past in item.past}
        for kind in {past[0] for past in item.past}:
            for name in names:
                found.setdefault(kind, {}).setdefault(name, []).append(item)
    return found


def _was(item: Object, group: str, kind: str) -> bool:
    """Whether an earlier identity of an object is of a kind."""
    kinds = {past[0] for past in item.past}
    return kind in kinds and is_selected(item.api_version, kind, group, "", kind)


def _follow(item: Object, reference: Reference, folder: Folder) -> None:
    try:
        item.root = set_field(item.root, reference.spec, reference.set, None, item.root)
    except Refused as refusal:
        folder.note(refusal)


def _in_reach(referrer: Object, target: Object) -> bool:
    """Whether an object can be referred to: by namespace, or as an account of a role binding."""
    own, other = referrer.identity, target.identity
    if is_cluster_scoped(own.api_version, own.kind) or is_cluster_scoped(other.api_version, other.kind):
        return True
    if own.namespace == other.namespace:
        return True
    return referrer.kind == "RoleBinding" and target.written_namespace in _account_namespaces(referrer)


def _account_namespaces(binding: Object) -> set[str]:
    subjects = [item for item in items_of(binding.root.get("subjects")) if isinstance(item, MappingNode)]
    return {
        text_of(subject.get("namespace"))
        for subject in subjects
        if text_of(subject.get("kind")) == "ServiceAccount"
    }


@dataclass(frozen=True, slots=True)
class Reference:
    """One field of one object, and the objects that it may name."""

    referrer: Object
    targets: Named
    table: References
    spec: FieldSpec

    def set(self, node: Node) -> Node:
        """The field's value with the present name in it: a name, a mapping with one, or a list of either."""
        if is_null(node):
            return node
        if isinstance(node, ScalarNode):
            return self.scalar(node)
        if isinstance(node, MappingNode):
            return self.mapping(node)
        items = [self.set(item) for item in items_of(node)]
        same = isinstance(node, SequenceNode) and all(a is b for a, b in zip(items, node.items, strict=True))
        return node if same else synthesize.with_items(node, items)

    def scalar(self, node: ScalarNode) -> Node:
        found = self.referral(node, self.named(node), lambda item: item.name)
        return node if found is None or found.name == node.value else renamed(node, found, found.name)

    def mapping(self, node: MappingNode) -> Node:
        """A mapping with a name also gets the namespace of what it names."""
        name, namespace = node.get("name"), node.entries.get("namespace")
        if not isinstance(name, ScalarNode):
            raise Refused("the reference has no name", node.location)
        targets = self.named(name)
        if namespace is not None:
            targets = self.in_namespace(targets, text_of(namespace[1]))
        found = self.referral(name, targets, lambda item: (item.name, item.written_namespace))
        if found is None:
            return node
        if found.name != name.value:
            node = synthesize.put(node, ("name",), renamed(name, found, found.name))
        new = found.written_namespace
        if not new or (namespace is not None and text_of(namespace[1]) == new):
            return node
        old = namespace[1] if namespace is not None and isinstance(namespace[1], ScalarNode) else None
        return synthesize.put(node, ("namespace",), renamed(old or name, found, new))

    def named(self, name: ScalarNode) -> list[Object]:
        """Objects of the kind that had a name and can be referred to."""
        table = self.table
        return [
            item
            for item in self.targets.get(name.value, ())
            if is_selected(item.api_version, table.kind, table.group, table.version, table.kind)
            and _in_reach(self.referrer, item)
        ]

    def in_namespace(self, targets: list[Object], namespace: str) -> list[Object]:
        """Targets that stood in a namespace at first, else those that stand there now."""
        first = [item for item in targets if item.first_identity.namespace == namespace]
        return first or [item for item in targets if item.identity.namespace == namespace]

    def referral(self, name: ScalarNode, targets: list[Object], same: Same) -> Object | None:
        """The one object that a name means. Raises `Refused` where it could be several."""
        found = [item for item in targets if self.is_role(item) and self.is_near(item)]
        if len(found) == 1:
            return found[0]
        found = [item for item in found if self.has_affixes(item, either_empty=True)]
        if len(found) > 1:
            found = [item for item in found if self.has_affixes(item, either_empty=False)]
        if len({same(item) for item in found}) > 1:
            names = ", ".join(sorted(f"'{item.name}'" for item in found))
            raise Refused(f"the reference to '{name.value}' could mean any of {names}", name.location)
        return found[0] if found else None

    def is_role(self, item: Object) -> bool:
        """Whether an object is of the kind that a roleRef names; anything is, for another field."""
        role = self.referrer.root.get("roleRef")
        if self.spec.path[-2:] != ("roleRef", "name") or not isinstance(role, MappingNode):
            return True
        if "apiGroup" not in role.entries or "kind" not in role.entries:
            return True
        return _was(item, text_of(role.get("apiGroup")), text_of(role.get("kind")))

    def is_near(self, item: Object) -> bool:
        own, other = self.referrer.identity, item.identity
        if is_cluster_scoped(own.api_version, own.kind) or is_cluster_scoped(other.api_version, other.kind):
            return True
        return item.kind == "ServiceAccount" or own.namespace == other.namespace

    def has_affixes(self, item: Object, *, either_empty: bool) -> bool:
        own = self.referrer
        pairs = ((own.prefixes, item.prefixes), (own.suffixes, item.suffixes))
        return all((either_empty and not (a and b)) or _end_alike(a, b) for a, b in pairs)


def _end_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    size = min(len(one), len(other))
    return one[len(one) - size :] == other[len(other) - size :] and bool(size or len(one) == len(other))


def renamed(node: ScalarNode, target: Object, text: str) -> ScalarNode:
    """A reference to an object whose name changed, with what it must now say."""
    message = f"the reference follows the {target.kind} '{target.name}'"
    return node.replaced(text, Change("reference", message, _renamed_at(target)), style='"')


def _renamed_at(target: Object) -> Location:
    name = target.metadata.get("name") if target.metadata else None
    changes = name.history if name else ()
    return changes[-1].location if changes else name_location(target)
