"""Namespaces, prefixes and suffixes: what objects are called and where they live."""

from __future__ import annotations

from typing import Final

from opencode_policy.expand import synthesize
from opencode_policy.expand.built_in_kinds import is_cluster_scoped
from opencode_policy.expand.field_specs import FieldSpec, Missing, set_field
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.identities import check_unique
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.refusal import Refused
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode

_OBJECT_NAMESPACE: Final = FieldSpec(("metadata", "namespace"), create=True)
_NAMESPACES: Final = (
    FieldSpec(("spec", "service", "namespace"), "APIService", "apiregistration.k8s.io", create=True),
    FieldSpec(
        ("spec", "conversion", "webhook", "clientConfig", "service", "namespace"),
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
    ),
)
_NAMESPACE_NAME: Final = FieldSpec(("metadata", "name"), "Namespace", create=True)
_BINDINGS: Final = frozenset({"ClusterRoleBinding", "RoleBinding"})
_UNPREFIXED: Final = (
    ("CustomResourceDefinition", ""),
    ("APIService", "apiregistration.k8s.io"),
    ("Namespace", ""),
)


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> None:
    """The `namespace`, `namePrefix` and `nameSuffix` of a kustomization, in this order."""
    namespace = root.get("namespace")
    if isinstance(namespace, ScalarNode) and namespace.value:
        _move_all(objects, namespace, folder)
    for field in ("namePrefix", "nameSuffix"):
        affix = root.get(field)
        if isinstance(affix, ScalarNode) and affix.value:
            for item in objects:
                add_affix(item, affix, before=field == "namePrefix")


def _move_all(objects: list[Object], namespace: ScalarNode, folder: Folder) -> None:
    setter = NamespaceSetter(namespace)
    for item in objects:
        try:
            move(item, setter)
        except Refused as refusal:
            folder.note(refusal)
    try:
        check_unique(objects, namespace.location)
    except Refused as refusal:
        folder.note(refusal)


class NamespaceSetter:
    """Sets a namespace in the place of what stands in a field."""

    def __init__(self, namespace: ScalarNode) -> None:
        self.namespace = namespace
        self.missing = Missing(namespace, scalar=True)
        message = f"the namespace becomes '{namespace.value}' here"
        self.change = Change("namespace", message, namespace.location)

    def put(self, node: Node) -> Node:
        own = self.namespace
        if not isinstance(node, ScalarNode):
            why = f"a text is expected at {node.location}"
            raise Refused(f"the namespace cannot be set: {why}", own.location)
        if node.value == own.value:
            return node
        if node.source is own.source and node.start is own.start:
            return synthesize.scalar(own.value, own)
        return node.replaced(own.value, self.change, style='"')


def move(item: Object, setter: NamespaceSetter) -> None:
    """Put an object into a namespace, whatever it says itself; a Namespace object is renamed.

    What kustomize does not know to be cluster-scoped gets a namespace too (api/filters/namespace). Of the
    subjects of a role binding only those called `default` do.
    """
    item.remember()
    version, kind = item.api_version, item.kind
    where = [spec for spec in _NAMESPACES if spec.selects(version, kind)]
    if version == "v1" and kind == "Namespace":
        where.append(_NAMESPACE_NAME)
    if not is_cluster_scoped(version, kind):
        where.append(_OBJECT_NAMESPACE)
    for spec in where:
        item.root = set_field(item.root, spec, setter.put, setter.missing, setter.namespace)
    if kind in _BINDINGS:
        item.root = _with_subjects(item.root, setter)


def _with_subjects(root: MappingNode, setter: NamespaceSetter) -> MappingNode:
    subjects = root.entries.get("subjects")
    items = items_of(subjects[1]) if subjects else []
    new = [_with_namespace(item, setter) for item in items]
    if subjects is None or all(a is b for a, b in zip(new, items, strict=True)):
        return root
    value = synthesize.with_items(subjects[1], new)
    return root.with_entries({**root.entries, "subjects": (subjects[0], value)})


def _with_namespace(subject: Node, setter: NamespaceSetter) -> Node:
    if not isinstance(subject, MappingNode) or text_of(subject.get("name")) != "default":
        return subject
    spec = FieldSpec(("namespace",), create=True)
    return set_field(subject, spec, setter.put, setter.missing, setter.namespace)


def add_affix(item: Object, affix: ScalarNode, *, before: bool) -> None:
    """Put a prefix or suffix to the name of an object; some kinds keep theirs."""
    first, name = item.first_identity, item.metadata.get("name") if item.metadata else None
    group = item.id.group
    if any(first.kind == kind and own in ("", group) for kind, own in _UNPREFIXED):
        return
    item.remember()
    if before:
        item.prefixes = (*item.prefixes, affix.value)
    else:
        item.suffixes = (*item.suffixes, affix.value)
    if isinstance(name, ScalarNode):
        rename(item, name, affix.value + name.value if before else name.value + affix.value, affix)


def rename(item: Object, name: ScalarNode, new: str, origin: Node, kind: str = "name") -> None:
    """Give an object another name, because of what stands at `origin`."""
    change = Change(kind, f"the name becomes '{new}' here", origin.location)
    item.root = synthesize.put(item.root, ("metadata", "name"), name.replaced(new, change, style='"'))
