"""The objects of SARIF 2.1.0 that the report uses, so that a misspelt key fails the type check.

Source: OASIS Standard, SARIF Version 2.1.0 Errata 01, section 3.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Level = Literal["error", "warning", "note"]


class Message(TypedDict):
    """3.11; `markdown` only where `text` says the same."""

    text: str
    markdown: NotRequired[str]


class ArtifactLocation(TypedDict):
    """3.4; `uri` is percent-encoded and relative to `uriBaseId`."""

    uri: str
    uriBaseId: str


class Snippet(TypedDict):
    """3.3, of text only."""

    text: str


class Region(TypedDict):
    """3.30; columns count UTF-16 units, the end is exclusive."""

    startLine: int
    startColumn: int
    endLine: int
    endColumn: int
    snippet: NotRequired[Snippet]


class Context(TypedDict):
    """3.30, as 3.29.5 uses it: whole lines around a region."""

    startLine: int
    endLine: int
    snippet: Snippet


class PhysicalLocation(TypedDict):
    """3.29."""

    artifactLocation: ArtifactLocation
    region: Region
    contextRegion: NotRequired[Context]


class LogicalLocation(TypedDict):
    """3.33."""

    name: NotRequired[str]
    fullyQualifiedName: str
    kind: str


class Location(TypedDict):
    """3.28."""

    id: NotRequired[int]
    physicalLocation: PhysicalLocation
    logicalLocations: NotRequired[list[LogicalLocation]]
    message: NotRequired[Message]


class ComponentReference(TypedDict):
    """3.54."""

    name: str
    index: int
    guid: str


class DescriptorReference(TypedDict):
    """3.52."""

    id: str
    index: NotRequired[int]
    guid: NotRequired[str]
    toolComponent: NotRequired[ComponentReference]


class Relationship(TypedDict):
    """3.53."""

    target: DescriptorReference
    kinds: list[str]


class Configuration(TypedDict):
    """3.50."""

    level: Level


# `problem.severity` and `security-severity` are GitHub's names for properties of a rule.
RuleProperties = TypedDict(
    "RuleProperties",
    {
        "tags": list[str],
        "precision": str,
        "problem.severity": str,
        "security-severity": NotRequired[str],
    },
)


class Descriptor(TypedDict):
    """3.49: a rule, a notification or a taxon."""

    id: str
    guid: NotRequired[str]
    name: NotRequired[str]
    shortDescription: NotRequired[Message]
    fullDescription: NotRequired[Message]
    help: NotRequired[Message]
    defaultConfiguration: NotRequired[Configuration]
    relationships: NotRequired[list[Relationship]]
    properties: NotRequired[RuleProperties]


class Component(TypedDict):
    """3.19: the tool's driver, or a taxonomy."""

    name: str
    fullName: NotRequired[str]
    guid: str
    version: NotRequired[str]
    semanticVersion: NotRequired[str]
    language: NotRequired[str]
    contents: NotRequired[list[str]]
    shortDescription: NotRequired[Message]
    fullDescription: NotRequired[Message]
    rules: NotRequired[list[Descriptor]]
    notifications: NotRequired[list[Descriptor]]
    taxa: NotRequired[list[Descriptor]]
    supportedTaxonomies: NotRequired[list[ComponentReference]]


class Tool(TypedDict):
    """3.18."""

    driver: Component


class Notification(TypedDict):
    """3.58."""

    descriptor: DescriptorReference
    associatedRule: NotRequired[DescriptorReference]
    level: Level
    message: Message
    locations: NotRequired[list[Location]]


class Invocation(TypedDict):
    """3.20."""

    executionSuccessful: bool
    toolExecutionNotifications: list[Notification]


class Suppression(TypedDict):
    """3.35; `properties` are an owner, a last day and the like."""

    kind: Literal["inSource", "external"]
    status: Literal["accepted"]
    justification: str
    location: Location
    properties: NotRequired[dict[str, str]]


class ResultProperties(TypedDict):
    """Ours: why a result must not fail a build."""

    spared: str


class ThreadFlowLocation(TypedDict):
    """3.38: one step; `kinds` are words that the standard proposes."""

    location: Location
    kinds: list[str]
    importance: Literal["important", "essential"]


class ThreadFlow(TypedDict):
    """3.37."""

    locations: list[ThreadFlowLocation]


class CodeFlow(TypedDict):
    """3.36."""

    threadFlows: list[ThreadFlow]


class Result(TypedDict):
    """3.27."""

    ruleId: str
    ruleIndex: int
    kind: NotRequired[Literal["pass"]]
    level: Level | Literal["none"]
    message: Message
    locations: list[Location]
    partialFingerprints: dict[str, str]
    relatedLocations: NotRequired[list[Location]]
    codeFlows: NotRequired[list[CodeFlow]]
    taxa: NotRequired[list[DescriptorReference]]
    suppressions: NotRequired[list[Suppression]]
    properties: NotRequired[ResultProperties]


class MappedTo(TypedDict):
    """3.4: the place that a root of a repository is checked out to."""

    uriBaseId: str


class Provenance(TypedDict):
    """3.23."""

    repositoryUri: str
    revisionId: str
    branch: NotRequired[str]
    mappedTo: MappedTo


class AutomationDetails(TypedDict):
    """3.17."""

    id: str


class UriBase(TypedDict):
    """3.14.14: a base that only says what it stands for, so that the log does not depend on a machine."""

    description: Message


class Run(TypedDict):
    """3.14."""

    tool: Tool
    invocations: list[Invocation]
    automationDetails: NotRequired[AutomationDetails]
    versionControlProvenance: NotRequired[list[Provenance]]
    originalUriBaseIds: dict[str, UriBase]
    columnKind: Literal["utf16CodeUnits"]
    taxonomies: NotRequired[list[Component]]
    results: list[Result]


Log = TypedDict("Log", {"$schema": str, "version": Literal["2.1.0"], "runs": list[Run]})
"""3.13."""
