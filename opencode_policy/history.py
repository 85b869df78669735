"""Why a field has its value: the steps of the build that changed it, as places to show."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from opencode_policy.expand.provenance import origin_of
from opencode_policy.location import Location, Related
from opencode_policy.nodes import Change
from opencode_policy.resource import Field

MOST = 8
"""Steps of one value that are shown: a script may have hundreds."""


def steps(field: Field, *kinds: str) -> tuple[Related, ...]:
    """What was done to a field on its way through the build, oldest first; of these kinds if any are given.

    Kinds are those of `opencode_policy.expand.provenance.KINDS`.
    """
    changes = field.node.history if field.node else ()
    return tuple(
        Related(change.message, change.location) for change in changes if not kinds or change.kind in kinds
    )


def chain(field: Field, via: Related | None, shown: Collection[Location]) -> tuple[Related, ...]:
    """How the value of a field came about, for who reads a finding on it: each step, and who applies it all.

    Steps around the field count too, as a patch may add a whole subtree. Empty for a value that is applied
    as it was written; places that are `shown` already are left out.
    """
    origin = origin_of(field.resource.root, field.path)
    found = [place for change in origin.changes for place in _places(change)]
    found = [item for item in dict.fromkeys(found) if item.location not in shown][:MOST]
    if via is not None and any(change.kind != "alias" for change in origin.changes):
        found += [via] if via.location not in (*shown, *(item.location for item in found)) else []
    return tuple(found)


def _places(change: Change) -> Iterator[Related]:
    """Where a step was ordered, and where the value stood whose place another token took."""
    yield Related(change.message, change.location)
    if change.replaced is not None:
        yield Related("what it replaces stands here", change.replaced)


def unknown(field: Field) -> str:
    """Why nobody knows the value of a field before it is applied; empty where it is known."""
    changes = field.node.history if field.node else ()
    return next((change.message for change in changes if change.kind == "unknown"), "")
