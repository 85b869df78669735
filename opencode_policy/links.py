"""One step of the way from one object to another, as tree and inventory show it."""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown, location_of


@dataclass(frozen=True, slots=True)
class Link:
    """A reference that was followed.

    `state` is `holds`, `broken` or `unseen` (neither tree nor inventory tells); `message` says which in one
    sentence; `at` is the token that decides it, `related` are the places of its neighbours.
    """

    message: str
    at: Place
    state: str = "holds"
    related: tuple[Related, ...] = ()

    @property
    def holds(self) -> bool:
        return self.state == "holds"

    @property
    def outcome(self) -> Outcome:
        """What a rule yields for the link."""
        if self.state == "broken":
            return Problem(self.message, self.at, self.related)
        return Proof(self.message, self.at) if self.holds else Unknown(self.message, self.at)


def broken(message: str, at: Place, *related: Related) -> Link:
    """A link that leads nowhere."""
    return Link(message, at, "broken", related)


def unseen(message: str, at: Place) -> Link:
    """A link that leads out of sight."""
    return Link(message, at, "unseen")


def near(message: str, place: Place) -> Related:
    """A neighbour of a link."""
    return Related(message, location_of(place))
