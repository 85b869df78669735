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


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding was waived, and the comment that waives it."""

    reason: str
    location: Location


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place, stamped with its rule, severity and requirements."""

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
class Result:
    """Everything a run found out, sorted and complete."""

    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    gaps: tuple[Gap, ...]
    failures: tuple[RuleFailure, ...]
    files: int
    resources: int

    def count(self, status: Status) -> int:
        """How many requirements ended with a status."""
        return sum(verdict.status == status for verdict in self.verdicts)
