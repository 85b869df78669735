"""A HelmRelease of Flux: under which name and in which namespace Helm installs."""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource

HELM_GROUP = "helm.toolkit.fluxcd.io"
_LONGEST_NAME = 53
"""Helm's limit on the name of a release; Flux shortens what is longer (helm-controller, Release name)."""


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """One HelmRelease."""

    resource: Resource

    @property
    def spec(self) -> Field:
        return self.resource["spec"]

    @property
    def namespace(self) -> str:
        """Where the objects of the chart go."""
        return self.spec["targetNamespace"].text or self.resource.namespace

    @property
    def name(self) -> str:
        """Name of the release: as given, else composed as Flux does, shortened by a hash."""
        given = self.spec["releaseName"].text
        if given:
            return given
        target = self.spec["targetNamespace"].text
        name = f"{target}-{self.resource.name}" if target else self.resource.name
        if len(name) <= _LONGEST_NAME:
            return name
        import hashlib

        digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
        return f"{name[:40]}-{digest[:12]}"

    @property
    def name_at(self) -> Field:
        """The field that decides the name."""
        given = self.spec["releaseName"]
        return given if given.text else self.resource["metadata"]["name"]


def is_release(resource: Resource) -> bool:
    """Whether an object is a HelmRelease of Flux."""
    return resource.kind == "HelmRelease" and resource.id.group == HELM_GROUP
