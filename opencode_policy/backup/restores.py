"""How a claim is filled from its backup when it is made anew."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.backup.backups import DESTINATION, GROUP, Backup, destination_of, replications, restic
from opencode_policy.backup.repositories import repository_of
from opencode_policy.nearest import hint
from opencode_policy.outcome import Problem
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree


def reference_problems(tree: Tree, claim: Resource) -> Iterator[Problem]:
    """The claim's own way to its ReplicationDestination."""
    old, reference = claim["spec"]["dataSource"], claim["spec"]["dataSourceRef"]
    if old["kind"].text == DESTINATION:
        yield Problem("dataSource takes claims and snapshots only; write dataSourceRef", old)
    group, kind, name = (reference[key] for key in ("apiGroup", "kind", "name"))
    if group.text != GROUP and kind.text != DESTINATION:
        return
    if group.text != GROUP:
        yield Problem(f"the apiGroup is '{group.text}' instead of {GROUP}", group)
    elif kind.text != DESTINATION:
        yield Problem(f"the kind is {kind.text or 'missing'} instead of {DESTINATION}", kind)
    elif destination_of(tree, claim) is None:
        every = replications(tree, DESTINATION, claim.namespace)
        known = [item.name for item in every if item.applied_by == claim.applied_by]
        near = hint(name.text, known)
        yield Problem(f"there is no {DESTINATION} {claim.namespace}/{name.text}{near}", name)


def foreign_problems(tree: Tree, backup: Backup, destination: Resource) -> Iterator[Problem]:
    """A restore from another repository than the one that the claim is backed up to."""
    theirs = repository_of(tree, destination)
    own = [repository_of(tree, source) for source in backup.sources]
    if theirs is not None and any(own) and all(item and item.identity != theirs.identity for item in own):
        words = f"{destination.name} restores from another repository than {backup.claim.name} is saved to"
        yield Problem(words, restic(destination)["repository"])
