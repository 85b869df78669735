"""VolSync backups of a claim: who makes them, and how they come back (API volsync.backube/v1alpha1)."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree, WorkspaceTree

GROUP = "volsync.backube"
SOURCE, DESTINATION = "ReplicationSource", "ReplicationDestination"
RESTIC = "restic"
MOVERS = ("external", "rclone", RESTIC, "rsync", "rsyncTLS", "syncthing")
"""Ways of replication, of which an object has one."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A claim of a workspace with what backs it up.

    `sources` are the ReplicationSources in the claim's namespace that name it, `elsewhere` those that name it
    from another namespace, where VolSync looks for a claim of its own.
    """

    claim: Resource
    sources: tuple[Resource, ...]
    elsewhere: tuple[Resource, ...]


def backups(workspace: WorkspaceTree) -> Iterator[Backup]:
    """Every claim of the workspace."""
    every = replications(workspace.tree, SOURCE)
    for claim in workspace.of_kind("PersistentVolumeClaim"):
        naming = [item for item in every if item["spec"]["sourcePVC"].text == claim.name]
        here = tuple(item for item in naming if item.namespace == claim.namespace)
        yield Backup(claim, here, tuple(item for item in naming if item not in here))


def replications(tree: Tree, kind: str, namespace: str | None = None) -> list[Resource]:
    """VolSync's objects of a kind."""
    return [item for item in tree.of_kind(kind, namespace) if item.id.group == GROUP]


def destination_of(tree: Tree, claim: Resource) -> Resource | None:
    """The ReplicationDestination from which a claim is filled when it is made."""
    reference = claim["spec"]["dataSourceRef"]
    if reference["kind"].text != DESTINATION or reference["apiGroup"].text != GROUP:
        return None
    found = replications(tree, DESTINATION, claim.namespace)
    return next((item for item in found if item.name == reference["name"].text), None)


def restic(replication: Resource) -> Field:
    """Settings of the restic mover."""
    return replication["spec"][RESTIC]
