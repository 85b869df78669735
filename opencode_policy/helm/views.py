"""The objects that the HelmReleases of a tree make, as resources of that tree.

A view is what a release installs; each of its values stands where the release's values have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from opencode_policy.helm.objects import Objects
from opencode_policy.helm.release import Release, is_release
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Related
from opencode_policy.outcome import Unknown, location_of
from opencode_policy.resource import Resource


@dataclass(slots=True, eq=False)
class Installation:
    """What one release makes, what of it cannot be told, and what is wrong with its values."""

    views: list[Resource] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Views:
    """What the releases of a tree make, in the order of the releases."""

    made: dict[int, Installation] = field(default_factory=dict)

    def of(self, resources: Sequence[Resource]) -> list[Resource]:
        """Views of the releases among some resources."""
        known = (self.made.get(id(item)) for item in resources)
        return [view for made in known if made is not None for view in made.views]

    @property
    def unseen(self) -> list[Related]:
        """What of the releases cannot be told, and where it stands."""
        unknowns = (unknown for made in self.made.values() for unknown in made.unknowns)
        return [Related(item.reason, location_of(item.at)) for item in unknowns if item.at is not None]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return [found for made in self.made.values() for found in made.diagnostics]


def views_of(resources: Sequence[Resource]) -> Views:
    """Views of every HelmRelease among the resources of a tree."""
    releases = [item for item in resources if is_release(item)]
    if not releases:
        return Views()
    from opencode_policy.helm.installation import install  # a tree without releases is spared the cost

    known = Objects.of(resources)
    return Views({id(item): install(Release(item), known) for item in releases})
