"""A Flux Kustomization with what it applies, and the whole that all of them make."""

from __future__ import annotations

from dataclasses import field

from opencode_policy.expand.variables import Variables
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Related
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Resource

FLUX_GROUP = "kustomize.toolkit.fluxcd.io"

Key = tuple[str, str]
"""Namespace and name of a Flux Kustomization."""


@dataclass(eq=False, slots=True)
class FluxBuild:
    """One Flux Kustomization and what it applies.

    `resource` is its object, None when only the inventory knows it; `folder` is its path relative to the
    repository, None when that path is not in the tree; `files` are all files its build read; `variables`
    are those that it substitutes; `foreign` tells that it reads another repository.
    """

    name: str
    namespace: str
    resource: Resource | None
    folder: str | None
    parent: str | None = None
    resources: list[Resource] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    variables: Variables = field(default_factory=Variables)
    foreign: bool = False

    @property
    def key(self) -> Key:
        return self.namespace, self.name

    @property
    def spec(self) -> MappingNode | None:
        """Its spec as it is applied."""
        spec = self.resource.root.get("spec") if self.resource else None
        return spec if isinstance(spec, MappingNode) else None


@dataclass(slots=True)
class Expansion:
    """Everything the tree becomes.

    `loose` are files with objects that no Kustomization applies; `unseen` says, each with its place, what
    is not in the tree and so not checked: other repositories, values that only the cluster knows.
    """

    builds: list[FluxBuild] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    unseen: list[Related] = field(default_factory=list)

    def read_files(self) -> set[str]:
        """Files that the build of some Kustomization read."""
        return set().union(*(build.files for build in self.builds))


def via(flux: FluxBuild) -> Related | None:
    """Where the Kustomization stands that applies something, None for one of the inventory."""
    if flux.resource is None:
        return None
    message = f"applied by the Flux Kustomization '{flux.name}'"
    return Related(message, flux.resource["metadata"]["name"].location)


def is_flux_kustomization(resource: Resource) -> bool:
    """Whether an object is a Flux Kustomization (not a kustomize file of the same kind)."""
    return resource.kind == "Kustomization" and resource.id.group == FLUX_GROUP
