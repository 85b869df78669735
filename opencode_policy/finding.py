"""The results of a run, as the engine hands them to the reporters."""

from __future__ import annotations

from typing import Literal

from opencode_policy.detect.fingerprint import Mark
from opencode_policy.lean import dataclass
from opencode_policy.location import Flow, Location, Related
from opencode_policy.resource import ObjectId

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From the gravest to the lightest."""

Status = Literal["satisfied", "violated", "not-applicable", "not-checked"]
STATUSES: tuple[Status, ...] = ("satisfied", "violated", "not-applicable", "not-checked")

SuppressionKind = Literal["comment", "exemption", "baseline"]


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count, and what says so.

    `by` tells where that stands: in a comment, in the exemptions of the policy, or in the baseline.
    `details` are more facts, such as an owner and the last day.
    """

    reason: str
    location: Location
    by: SuppressionKind = "comment"
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place, stamped with its rule, severity and requirements.

    `pointer` is the field by its JSON pointer, `anchor` the same with list items by name, so that it
    survives a reordering. `spared` says why a finding is shown and yet never fails a check: its rule is
    not in force yet, or it was there before the change at hand.
    """

    rule: str
    requirements: tuple[str, ...]
    severity: Severity
    message: str
    location: Location
    resource: ObjectId | None = None
    related: tuple[Related, ...] = ()
    pointer: str = ""
    suppressed: Suppression | None = None
    flows: tuple[Flow, ...] = ()
    secret: Mark | None = None
    anchor: str = ""
    spared: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is a problem of the tree at all: nothing waives it."""
        return self.suppressed is None

    @property
    def decides(self) -> bool:
        """Whether it may fail a check."""
        return self.counts and not self.spared

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Order of every report: by place, then rule, then words."""
        return self.location, self.rule, self.requirements, self.message


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proof, stamped: this rule saw the requirement hold at this place."""

    rule: str
    message: str
    location: Location
    resource: ObjectId | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not checked: a rule, a file, a subject. `location` is None for a whole tree."""

    reason: str
    requirements: tuple[str, ...] = ()
    rule: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one requirement ended. `reason` is empty only for a satisfied or violated one."""

    id: str
    title: str
    status: Status
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that raised: a bug of the rule, reported by name; the other rules went on."""

    rule: str
    subject: str
    error: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did: requirements it breaks and repairs, by ID, against the state at `revision`."""

    revision: str
    broken: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a run found out, sorted and complete. `change` is there only where one was asked for."""

    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    gaps: tuple[Gap, ...]
    failures: tuple[RuleFailure, ...]
    files: int
    resources: int
    change: Change | None = None

    @property
    def counting(self) -> tuple[Finding, ...]:
        """Findings that nothing waives."""
        return tuple(finding for finding in self.findings if finding.counts)

    def count(self, status: Status) -> int:
        """How many requirements ended with a status."""
        return sum(verdict.status == status for verdict in self.verdicts)
