"""How much the values of a release make: what grows with the product of two lists is bounded."""

from __future__ import annotations

from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field

LARGEST = 100_000
"""Mounts, labels and ports of a release that are still made; real releases have a few hundred."""

_SECTIONS = (
    "controllers",
    "service",
    "route",
    "ingress",
    "persistence",
    "configMaps",
    "secrets",
    "serviceMonitor",
    "rawResources",
    "externalSecrets",
)


def size_of(values: Field) -> int:
    """About how many nodes a release makes beyond those that are written."""
    controllers = [item for _, item in values["controllers"].entries()]
    containers = sum(_count(item[name]) for item in controllers for name in ("containers", "initContainers"))
    common = sum(_count(values["global"][name]) for name in ("labels", "annotations"))
    objects = sum(_count(values[name]) for name in _SECTIONS)
    per_container = _count(values["persistence"]) + _count(values["service"])
    return containers * per_container + objects * common + len(controllers) * _count(values["persistence"])


def _count(field: Field) -> int:
    return len(field.node.entries) if isinstance(field.node, MappingNode) else 0
