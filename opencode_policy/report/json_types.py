"""The JSON report, version 1, as types of its own: renaming something inside never changes the format.

A text in `Annotated` is the description in the JSON Schema, a mapping there adds keywords to it. Keys
may be added within version 1; none is removed, renamed or given another meaning.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

SeverityV1 = Literal["error", "warning", "info"]
StatusV1 = Literal["satisfied", "violated", "not-applicable", "not-checked"]
Count = Annotated[int, {"minimum": 0}]
Place = Annotated[int, {"minimum": 1}]


class LocationV1(TypedDict):
    """A region of a file; its end lies behind its last character."""

    path: Annotated[str, "POSIX path relative to the repository root."]
    line: Annotated[Place, "First line, from 1."]
    column: Annotated[Place, "First column, from 1, in Unicode code points."]
    end_line: Annotated[Place, "Last line."]
    end_column: Annotated[Place, "Column behind the last character."]


class ResourceV1(TypedDict):
    """The Kubernetes object a finding is about."""

    apiVersion: str
    kind: str
    namespace: Annotated[str | None, "Null for an object without a namespace."]
    name: str
    view: Annotated[str | None, "Kind and name of what a HelmRelease makes, where the finding is about that."]


class RelatedV1(TypedDict):
    """Another place that explains a finding."""

    message: str
    location: LocationV1


class SuppressionV1(TypedDict):
    """What waives a finding."""

    reason: str
    location: Annotated[LocationV1, "Where that is written."]
    kind: Annotated[Literal["comment", "exemption", "baseline"], "What kind of thing is written there."]
    owner: Annotated[str | None, "Who answers for an exemption."]
    issue: Annotated[str | None, "Where an exemption is dealt with."]
    until: Annotated[str | None, "Last day of an exemption, YYYY-MM-DD."]


class SecretV1(TypedDict):
    """What may be said of a secret that was found."""

    kind: str
    length: Annotated[Count, "Characters, decoded where it stood in base64."]
    fingerprint: Annotated[
        str | None, "Equal for equal secrets, under the key of the repository; null where there is no key."
    ]


class FindingV1(TypedDict):
    """One problem at one place."""

    rule: str
    requirements: Annotated[list[str], "IDs of the requirements that are broken here."]
    severity: SeverityV1
    message: str
    location: LocationV1
    resource: Annotated[ResourceV1 | None, "Null where the finding is about a file."]
    pointer: Annotated[str, "JSON pointer of the field in the object; empty where there is none."]
    fingerprint: Annotated[str, "The same in the next run, whatever line the finding stands on then."]
    related: list[RelatedV1]
    suppressed: Annotated[SuppressionV1 | None, "Null for a finding that counts."]
    spared: Annotated[str | None, "Why it never fails a check although it counts; null where it may."]
    secret: Annotated[SecretV1 | None, "Null where no detector found a secret."]


class EvidenceV1(TypedDict):
    """A place that shows that a requirement holds."""

    rule: str
    message: str
    location: LocationV1


class RequirementV1(TypedDict):
    """How one requirement ended."""

    id: str
    title: str
    status: StatusV1
    reason: Annotated[str, "Why it is not applicable or not checked; empty otherwise."]
    evidence: list[EvidenceV1]


class NotCheckedV1(TypedDict):
    """Something that was not looked at."""

    reason: str
    requirements: list[str]
    rule: str | None
    location: Annotated[LocationV1 | None, "Null where it is not about one place."]


class FailureV1(TypedDict):
    """A rule that raised."""

    rule: str
    subject: Annotated[str, "What the rule was looking at."]
    error: str


class RequirementCountsV1(TypedDict):
    """Requirements by status."""

    satisfied: Count
    violated: Count
    not_applicable: Count
    not_checked: Count


class FindingCountsV1(TypedDict):
    """Findings by severity; suppressed ones are counted only as such."""

    error: Count
    warning: Count
    info: Count
    suppressed: Count


class SummaryV1(TypedDict):
    """The report in numbers."""

    requirements: RequirementCountsV1
    findings: FindingCountsV1
    files: Annotated[Count, "Files that were read."]
    resources: Annotated[Count, "Kubernetes objects that were checked."]


class ToolV1(TypedDict):
    """What wrote the report."""

    name: Literal["opencode-policy"]
    version: str


class ChangeV1(TypedDict):
    """What the change since a revision does."""

    revision: str
    broken: Annotated[list[str], "IDs of requirements that were satisfied, or open, and are violated now."]
    repaired: Annotated[list[str], "IDs of requirements that were violated and are not any more."]


class ReportV1(TypedDict):
    """Report of opencode-policy, version 1."""

    version: Literal[1]
    tool: ToolV1
    findings: Annotated[list[FindingV1], "By path, line, column and rule."]
    requirements: Annotated[list[RequirementV1], "In the order of the policy."]
    not_checked: list[NotCheckedV1]
    failures: list[FailureV1]
    change: Annotated[ChangeV1 | None, "Null where no revision was given to compare with."]
    summary: SummaryV1
