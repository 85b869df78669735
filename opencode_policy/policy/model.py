"""The policy files as frozen dataclasses.

These types are the single description of the files: `decode` fills them from YAML, pydantic judges and
words the errors of a file that does not fit, and `schema` writes their JSON Schema.
`Annotated[..., Doc(...)]` carries what an editor shows.
"""

# No postponed annotations: evaluating them from text later costs a cold run milliseconds.

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal

from opencode_policy.finding import Severity
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.policy.constraint import Doc, Items, Matches, Within
from opencode_policy.policy.drill import Drill
from opencode_policy.policy.exemption import Exemption
from opencode_policy.policy.inventory import (
    ClusterFile,
    ExistingObject,
    FluxObject,
    Gateway,
    Issuer,
    Listener,
    SecretStore,
    StorageClass,
)
from opencode_policy.policy.lock import LockFile
from opencode_policy.policy.texts import Name, NonEmpty, RequirementId, RuleId, SecretName, TreePath

__all__ = [
    "ClusterFile",
    "Drill",
    "Exemption",
    "ExistingObject",
    "FluxObject",
    "Gateway",
    "Issuer",
    "Listener",
    "LockFile",
    "Policy",
    "PolicyFile",
    "Requirement",
    "RequirementsFile",
    "RuleSetting",
    "Scope",
    "SecretStore",
    "StorageClass",
    "Verification",
    "Workspace",
]

Verification = Literal["static", "drill", "live", "document", "not-verifiable", "nothing-to-check"]
"""What it takes to know whether a requirement holds.

`static`: the files decide. `drill`: it must be run, anywhere. `live`: it must be seen in the cluster.
`document`: a person must read something. `not-verifiable`: nothing can show it; its verdict stays
`not-checked`. `nothing-to-check`: it asks for nothing; its verdict is `not-applicable`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement: what must hold, and what it takes to know."""

    id: Annotated[RequirementId, Doc("Its ID, as the rules name it.")]
    title: Annotated[NonEmpty, Doc("What must hold, in one sentence.")]
    milestone: Annotated[NonEmpty, Doc("The milestone it belongs to, one of `milestones`.")]
    verified_by: Annotated[
        tuple[Verification, ...],
        Items(least=1),
        Doc("Every kind of check it takes; it is satisfied only when all of them were done."),
    ]
    workspace: Annotated[
        Name | None, Doc("Workspace the requirement speaks of; absent when it is about all of them.")
    ] = None
    rules: Annotated[
        tuple[RuleId, ...], Items(), Doc("Static rules that decide it, or its preconditions.")
    ] = ()
    reason: Annotated[str, Doc("What a check of the files cannot show, and how to see it.")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsFile:
    """What the repository is required to do: policies/requirements.yaml."""

    version: Annotated[int, Within(1, 1), Doc("Version of this format.")]
    milestones: Annotated[
        tuple[NonEmpty, ...], Items(least=1), Doc("Phases or versions that requirements belong to, in order.")
    ]
    requirements: Annotated[tuple[Requirement, ...], Doc("Every requirement there is.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One workspace: the names by which its objects are found, and what is its own."""

    name: Annotated[Name, Doc("Name of its Flux Kustomization, Deployment and folder.")]
    namespace: Annotated[Name, Doc("Namespace its objects live in.")]
    path: Annotated[TreePath, Doc("Folder that holds its ks.yaml and app/, relative to the repository.")]
    container: Annotated[Name, Doc("Container that runs the server.")]
    host: Annotated[NonEmpty, Doc("Host of its UI; Flux variables are resolved from the inventory.")]
    repository: Annotated[
        str,
        Matches(r"https://[^\s/@]+/[^\s@]+", "an HTTPS address without credentials"),
        Doc("HTTPS address of the repository it works on."),
    ]
    secrets: Annotated[
        Mapping[str, SecretName],
        Doc("Name in the secret store of each secret by its role: token, password, auth."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """What the policy says of one rule."""

    enabled: Annotated[bool, Doc("Whether it runs; what only it decides is unchecked if not.")] = True
    severity: Annotated[Severity | None, Doc("Severity of its findings, instead of the rule's own.")] = None
    parameters: Annotated[Mapping[str, Any], Doc("The numbers and names the rule compares with.")] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which part of the repository the requirements speak of."""

    manifests: Annotated[TreePath, Doc("Root of the manifests, relative to the repository.")]
    committed: Annotated[
        tuple[TreePath, ...], Items(), Doc("Files and folders that are read besides the manifests.")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """What is checked, and how each rule is set: policies/opencode.yaml."""

    version: Annotated[int, Within(1, 1), Doc("Version of this format.")]
    scope: Annotated[Scope, Doc("Which part of the repository the requirements speak of.")]
    workspaces: Annotated[tuple[Workspace, ...], Doc("The workspaces the repository deploys.")]
    rules: Annotated[Mapping[RuleId, RuleSetting], Doc("Settings by rule; a rule left out is on.")] = field(
        default_factory=dict
    )
    exemptions: Annotated[tuple[Exemption, ...], Doc("Findings that are waived, each for a time.")] = ()
    exemption_notice_days: Annotated[
        int, Within(0, 366), Doc("How many days before its last one an exemption is reported.")
    ] = 14
    drill: Annotated[Drill | None, Doc("How the manifests are run by `opencode-policy drill`.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The files together.

    `parameters` holds an instance of `Rule.Parameters` for every rule that is enabled; `paths` are the
    files it was read from; `exemption_places` is where each exemption stands. `lock` is None where the
    policy has none, and `unready` are rules that it does not list and this policy has no values for. A
    `general` one stands in where there is none: its inventory is empty because nobody wrote it, so that what
    the tree lacks may exist all the same.
    """

    requirements: tuple[Requirement, ...]
    settings: PolicyFile
    cluster: ClusterFile
    parameters: Mapping[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    general: bool = False
    exemption_places: tuple[Location, ...] = ()
    lock: LockFile | None = None
    unready: tuple[str, ...] = ()
