"""The lock: which rules may fail a check, and how grave they are, whatever a later release brings."""

# No postponed annotations, as in `model`.

from collections.abc import Mapping
from typing import Annotated

from opencode_policy.finding import Severity
from opencode_policy.lean import dataclass
from opencode_policy.policy.constraint import Day, Doc, Within
from opencode_policy.policy.texts import NonEmpty, RuleId

LOCK = "lock.yaml"
"""Name of the file; a policy without it has no lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRule:
    """One rule in force."""

    severity: Annotated[Severity, Doc("Its severity, unless opencode.yaml gives another.")]
    effective_from: Annotated[
        str | None, Day(), Doc("First day on which its findings may fail a check; absent: at once.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFile:
    """What CI enforces: policies/lock.yaml. `opencode-policy upgrade --write` writes it."""

    version: Annotated[int, Within(1, 1), Doc("Version of this format.")]
    tool: Annotated[NonEmpty, Doc("Release of the tool that wrote it.")]
    rules: Annotated[
        Mapping[RuleId, LockedRule], Doc("Every rule in force; findings of any other never fail a check.")
    ]
