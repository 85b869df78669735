"""Objects that are applied more than once, by one Flux Kustomization or by two."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.lean import dataclass
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree

_APPLY_KEY = "kustomize.toolkit.fluxcd.io/ssa"
_SHARING = frozenset({"ifnotpresent", "ignore", "merge"})
"""Values of the annotation that let several Kustomizations apply one object (kustomize-controller)."""

Identity = tuple[str, str, str, str]
"""What the API server tells objects apart by: group, kind, namespace, name."""


@dataclass(frozen=True, slots=True)
class Twice:
    """An object that stands in two builds, or twice in one; `builds` are those of `other` and `resource`."""

    resource: Resource
    other: Resource
    builds: tuple[FluxBuild, FluxBuild]

    @property
    def is_whole_folder(self) -> bool:
        """Whether it is one manifest, in two builds of which one's folder holds the other's."""
        first, second = (build.folder or "" for build in self.builds)
        nested = first == second or first.startswith(f"{second}/") or second.startswith(f"{first}/")
        return self.builds[0] is not self.builds[1] and nested and self.is_one_manifest

    @property
    def is_one_manifest(self) -> bool:
        names = [item["metadata"]["name"].location for item in (self.resource, self.other)]
        return names[0] == names[1]


def doubled(tree: Tree) -> Iterator[Twice]:
    """Every object that was applied before, with the first one."""
    first: dict[Identity, tuple[Resource, FluxBuild]] = {}
    for build in tree.builds:
        for resource in build.resources:
            if _is_open(resource):
                continue
            other, by = first.setdefault(_identity(resource), (resource, build))
            if other is not resource and not (_is_shared(resource) or _is_shared(other)):
                yield Twice(resource, other, (by, build))


def _identity(resource: Resource) -> Identity:
    """What the API server tells objects apart by."""
    return resource.id.group, resource.kind, resource.namespace, resource.name


def _is_open(resource: Resource) -> bool:
    """Whether the name is not known before Flux substitutes it."""
    return "${" in f"{resource.namespace}{resource.name}"


def _is_shared(resource: Resource) -> bool:
    metadata = resource["metadata"]
    values = (metadata[place][_APPLY_KEY].text.casefold() for place in ("annotations", "labels"))
    return any(value in _SHARING for value in values)
