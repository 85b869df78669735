"""Why a field has its value: the steps of the build that changed it, as places to show."""

from __future__ import annotations

from opencode_policy.location import Related
from opencode_policy.resource import Field


def steps(field: Field, *kinds: str) -> tuple[Related, ...]:
    """What was done to a field on its way through the build, oldest first; of these kinds if any are given.

    Kinds are those of `opencode_policy.nodes.Change`: alias, namespace, name, label, substitute, generate.
    """
    changes = field.node.history if field.node else ()
    return tuple(
        Related(change.message, change.location) for change in changes if not kinds or change.kind in kinds
    )
