"""Exemptions: findings that the policy waives, why, who answers for it, and until when."""

# No postponed annotations, as in `model`.

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from opencode_policy.lean import dataclass
from opencode_policy.policy.constraint import Day, Doc
from opencode_policy.policy.mistakes import Mistake
from opencode_policy.policy.texts import NonEmpty, RuleId, TreePath

if TYPE_CHECKING:
    from opencode_policy.policy.document import PolicyFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Findings of one rule about one object, or in one part of the tree."""

    rule: Annotated[RuleId, Doc("Rule whose findings are waived.")]
    resource: Annotated[
        NonEmpty | None, Doc("Object they are about, as reports show it: Kind namespace/name.")
    ] = None
    path: Annotated[TreePath | None, Doc("File they stand in, or a folder above it.")] = None
    reason: Annotated[NonEmpty, Doc("Why they are acceptable.")]
    owner: Annotated[NonEmpty | None, Doc("Who answers for it.")] = None
    issue: Annotated[NonEmpty | None, Doc("Where it is dealt with.")] = None
    until: Annotated[str, Day(), Doc("Last day on which they are waived.")]


def check_exemptions(files: "PolicyFiles") -> Iterator[Mistake]:
    """Exemptions that say not enough: of what, or who is to be asked."""
    for at, item in enumerate(files.settings.value.exemptions):
        place = ("exemptions", at)
        if item.resource is None and item.path is None:
            yield files.settings.mistake(place, "name a resource or a path")
        if item.owner is None and item.issue is None:
            yield files.settings.mistake(place, "name an owner or an issue")
