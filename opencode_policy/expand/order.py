"""The order in which kustomize puts out the objects of a build (SortOrderTransformer)."""

from __future__ import annotations

from typing import Final

from opencode_policy.expand.built_in_kinds import split
from opencode_policy.expand.folder import items_of
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.refusal import Refused
from opencode_policy.nodes import MappingNode, Node

FIRST: Final = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
LAST: Final = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def ordered(root: MappingNode | None, objects: list[Object]) -> list[Object]:
    """Objects in the order that `sortOptions` asks for: by kind and name unless it says `fifo`.

    Raises `Refused` for an order that does not exist.
    """
    options = root.get("sortOptions") if root else None
    if not isinstance(options, MappingNode):
        return _by_kind(objects, FIRST, LAST)
    order, legacy = options.get("order"), options.get("legacySortOptions")
    if text_of(order) == "fifo" and legacy is None:
        return objects
    if text_of(order) != "legacy":
        what = "'fifo' knows no legacySortOptions" if text_of(order) == "fifo" else "it is 'legacy' or 'fifo'"
        raise Refused(f"the order is not known: {what}", (order or options).location)
    if not isinstance(legacy, MappingNode):
        return _by_kind(objects, FIRST, LAST)
    return _by_kind(objects, _kinds(legacy.get("orderFirst")), _kinds(legacy.get("orderLast")))


def _kinds(node: Node | None) -> tuple[str, ...]:
    return tuple(text_of(item) for item in items_of(node))


def _by_kind(objects: list[Object], first: tuple[str, ...], last: tuple[str, ...]) -> list[Object]:
    ranks = {kind: index - len(first) for index, kind in enumerate(first)}
    ranks |= {kind: index + 1 for index, kind in enumerate(last)}
    return sorted(objects, key=lambda item: _key(item, ranks))


def _key(item: Object, ranks: dict[str, int]) -> tuple[int, str, str]:
    """Rank of the kind, then the kind with its group and version, then namespace and name."""
    version, kind = item.api_version, item.kind
    group, version = split(version)
    place = item.written_namespace or "~X"
    by_kind = f"{group or '~G'}_{version or '~V'}_{kind or '~K'}"
    return ranks.get(kind, 0), by_kind, f"{place}|{item.name or '~N'}"
