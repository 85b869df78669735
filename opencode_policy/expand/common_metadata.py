"""Labels and annotations that a Flux Kustomization puts on every object, last of all.

They are set when the objects are applied, behind the substitution: no variable in them is replaced, and a
switch among them comes too late (fluxcd/pkg ssa/utils SetCommonMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand import synthesize
from opencode_policy.expand.object import Object
from opencode_policy.nodes import Change, MappingNode, ScalarNode


def added(objects: list[Object], spec: MappingNode | None) -> list[Object]:
    """The objects with the common metadata of a spec; a value of their own gives way."""
    pairs = list(_pairs(spec))
    return [_with(item, pairs) for item in objects] if pairs else objects


def _pairs(spec: MappingNode | None) -> Iterator[tuple[str, str, ScalarNode]]:
    common = spec.get("commonMetadata") if spec else None
    for kind in ("labels", "annotations"):
        found = common.get(kind) if isinstance(common, MappingNode) else None
        for name, (_, value) in found.entries.items() if isinstance(found, MappingNode) else ():
            if isinstance(value, ScalarNode):
                yield kind, name, value


def _with(item: Object, pairs: list[tuple[str, str, ScalarNode]]) -> Object:
    root = item.root
    for kind, name, value in pairs:
        step = kind.removesuffix("s")
        change = Change(step, f"set on every object by the Flux Kustomization ({kind})", value.location)
        root = synthesize.put(root, ("metadata", kind, name), value.copy(change))
    return Object(root, item.path)
