"""LimitRanges of a namespace: what they give to containers that say nothing.

The API server fills the gaps of a LimitRange itself (kubernetes/kubernetes pkg/apis/core/v1/defaults.go,
SetDefaults_LimitRangeItem): a container's default limit is `max`, its default request the default limit, or
`min`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.tree import Tree

Kind = Literal["requests", "limits"]

_DEFAULTS: Mapping[Kind, tuple[str, ...]] = {
    "requests": ("defaultRequest", "default", "max", "min"),
    "limits": ("default", "max"),
}
"""Fields that stand in for what a container does not say, the first of them that is there."""


@dataclass(frozen=True, slots=True)
class Range:
    """One entry of a LimitRange: `name` is that of the object, `type` what it is about."""

    name: str
    type: str
    field: Field


def ranges(tree: Tree, namespace: str) -> Iterator[Range]:
    """The entries of every LimitRange that is applied to a namespace."""
    for item in tree.of_kind("LimitRange", namespace):
        for entry in item["spec"]["limits"] if tree.applies(item) else ():
            yield Range(item.name, entry["type"].text, entry)


def default(tree: Tree, namespace: str, kind: Kind, resource: str) -> Field | None:
    """What a container gets that neither requests nor limits a resource."""
    for item in ranges(tree, namespace):
        for name in _DEFAULTS[kind] if item.type == "Container" else ():
            if item.field[name][resource]:
                return item.field[name][resource]
    return None
