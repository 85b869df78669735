"""Which objects a patch is for: kinds, names and namespaces by expression, labels and annotations."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.expand.built_in_kinds import split
from opencode_policy.expand.label_selectors import parse_selector
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.patterns import matches
from opencode_policy.expand.refusal import NotEvaluated, Refused
from opencode_policy.nodes import MappingNode, Node, ScalarNode


def selected(objects: list[Object], target: MappingNode) -> list[Object]:
    """Objects that a `target` of a patch selects (kustomize resmap.Select).

    Raises `Refused` for a selector that cannot be read, `NotEvaluated` for an expression that is not run.
    """
    return [item for item in objects if _is_selected(item, target)]


def _is_selected(item: Object, target: MappingNode) -> bool:
    first, now = item.first_identity, item.identity
    group, version = split(item.api_version)
    return (
        _any(target, "namespace", first.namespace, now.namespace)
        and _any(target, "name", first.name, now.name)
        and _any(target, "group", group)
        and _any(target, "version", version)
        and _any(target, "kind", item.kind)
        and has_labels(item, target.get("labelSelector"), "labels")
        and has_labels(item, target.get("annotationSelector"), "annotations")
    )


def _any(target: MappingNode, field: str, *values: str) -> bool:
    node = target.get(field)
    pattern = text_of(node)
    if not pattern or node is None:
        return True
    found = [matches(pattern, value) for value in values]
    if None in found:
        raise NotEvaluated(f"the expression '{pattern}' is not evaluated", node.location)
    return True in found


def has_labels(item: Object, selector: Node | None, kind: str) -> bool:
    """Whether labels or annotations of an object satisfy a selector; one that is not there holds."""
    if not isinstance(selector, ScalarNode) or not selector.value:
        return True
    clauses = parse_selector(selector.value)
    if clauses is None:
        raise Refused(f"'{selector.value}' is no label selector", selector.location)
    labels = labels_of(item, kind)
    return all(clause.holds(labels) for clause in clauses)


def labels_of(item: Object, kind: str) -> Mapping[str, str]:
    """Labels or annotations of an object."""
    pairs = item.metadata.get(kind) if item.metadata else None
    if not isinstance(pairs, MappingNode):
        return {}
    return {name: text_of(value) for name, (_, value) in pairs.entries.items()}
