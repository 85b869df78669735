"""The transformers of a kustomization: namespace, affixes of names, labels, annotations, overrides."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand import overrides, synthesize
from opencode_policy.expand.object import CLUSTER_SCOPED, Object, text_of
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

_UNPREFIXED = frozenset({"CustomResourceDefinition", "APIService", "Namespace"})


def apply(kustomization: MappingNode, objects: list[Object]) -> list[Object]:
    """All transformers in kustomize's order."""
    namespace = kustomization.get("namespace")
    if isinstance(namespace, ScalarNode) and namespace.value:
        objects = in_namespace(objects, namespace)
    for field, before in (("namePrefix", True), ("nameSuffix", False)):
        affix = kustomization.get(field)
        if isinstance(affix, ScalarNode) and affix.value:
            objects = [_affixed(item, affix, before=before) for item in objects]
    for labels in _label_pairs(kustomization):
        objects = labelled(objects, "labels", labels)
    annotations = kustomization.get("commonAnnotations")
    if isinstance(annotations, MappingNode):
        objects = labelled(objects, "annotations", annotations)
    objects = overrides.with_replicas(objects, kustomization.get("replicas"))
    return overrides.with_images(objects, kustomization.get("images"))


def in_namespace(objects: list[Object], namespace: ScalarNode) -> list[Object]:
    """Every object moved into a namespace, whatever it says itself; a Namespace object is renamed.

    A cluster-scoped built-in kind is left alone (kustomize api/filters/namespace).
    """
    return [_moved(item, namespace) for item in objects]


def _moved(item: Object, namespace: ScalarNode) -> Object:
    field = "name" if item.kind == "Namespace" else "namespace"
    if item.kind in CLUSTER_SCOPED and item.kind != "Namespace":
        return item
    present = item.metadata.get(field) if item.metadata else None
    if text_of(present) == namespace.value:
        return item
    change = Change("namespace", f"the namespace becomes '{namespace.value}' here", namespace.location)
    if isinstance(present, ScalarNode):
        value = present.replaced(namespace.value, change, style='"')
    else:
        value = synthesize.scalar(namespace.value, namespace)
    return Object(synthesize.put(item.root, ("metadata", field), value), item.path)


def _affixed(item: Object, affix: ScalarNode, *, before: bool) -> Object:
    name = item.metadata.get("name") if item.metadata else None
    if item.kind in _UNPREFIXED or not isinstance(name, ScalarNode):
        return item
    new = affix.value + name.value if before else name.value + affix.value
    change = Change("name", f"the name becomes '{new}' here", affix.location)
    return Object(
        synthesize.put(item.root, ("metadata", "name"), name.replaced(new, change, style='"')), item.path
    )


def _label_pairs(kustomization: MappingNode) -> Iterator[MappingNode]:
    common = kustomization.get("commonLabels")
    if isinstance(common, MappingNode):
        yield common
    labels = kustomization.get("labels")
    for item in labels.items if isinstance(labels, SequenceNode) else ():
        pairs = item.get("pairs") if isinstance(item, MappingNode) else None
        if isinstance(pairs, MappingNode):
            yield pairs


def labelled(objects: list[Object], kind: str, pairs: MappingNode) -> list[Object]:
    """Labels or annotations put on the metadata of every object; the new value wins."""
    return [_labelled(item, kind, pairs) for item in objects]


def _labelled(item: Object, kind: str, pairs: MappingNode) -> Object:
    root = item.root
    for name, (_, value) in pairs.entries.items():
        if isinstance(value, ScalarNode):
            change = Change("label", f"set on every object here ({kind})", value.location)
            root = synthesize.put(root, ("metadata", kind, name), value.copy(change))
    return Object(root, item.path)


def is_true(node: Node | None) -> bool:
    """Whether a field is the boolean true."""
    return isinstance(node, ScalarNode) and resolve(node) is True
