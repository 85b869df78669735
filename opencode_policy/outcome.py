"""What a rule yields: a problem, a proof, or the reason why it says nothing.

A rule never yields silence on purpose: a subject it could not judge is `Unknown`, a subject the rule
does not apply to is `Irrelevant`. What a rule matched nothing of stays unproved, and the verdict says so.
"""

from __future__ import annotations

from opencode_policy.detect.secret import Secret
from opencode_policy.lean import dataclass
from opencode_policy.location import Flow, Location, Related
from opencode_policy.resource import Field, Resource

Place = Field | Resource | Location
"""Where an outcome stands: a field, a resource as a whole, or a region of a file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A requirement is broken here. The first sentence of `message` must stand alone.

    `requirement` narrows the finding to one of the rule's requirements; `severity` overrides the
    rule's where the rule itself cannot be sure. `secret` tells that the place holds a secret: no report
    then shows what stands there. `flows` are the ways that lead to it, each from its source to `at`.
    `found` is what a detector found at the place, if one did: reports carry its mark.
    """

    message: str
    at: Place
    related: tuple[Related, ...] = ()
    requirement: str | None = None
    severity: str | None = None
    secret: bool = False
    flows: tuple[Flow, ...] = ()
    found: Secret | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A subject satisfies the rule, and this is the line that shows it."""

    message: str
    at: Place
    requirement: str | None = None


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """The rule does not apply to this tree, and why."""

    reason: str
    requirement: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The rule could not judge, and why: a file that cannot be read, an object that is not there."""

    reason: str
    at: Place | None = None
    requirement: str | None = None


Outcome = Problem | Proof | Irrelevant | Unknown


def location_of(place: Place) -> Location:
    """Region that a place stands for; of a resource, the token that names its kind."""
    if isinstance(place, Location):
        return place
    return place.location if isinstance(place, Field) else place.field.location


def resource_of(place: Place) -> Resource | None:
    """Object that a place belongs to, if it belongs to one."""
    if isinstance(place, Location):
        return None
    return place.resource if isinstance(place, Field) else place
