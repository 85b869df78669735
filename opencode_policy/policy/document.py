"""A policy file that was read: its value, and the nodes it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

from opencode_policy.lean import dataclass
from opencode_policy.nodes import Node
from opencode_policy.policy.mistakes import Mistake
from opencode_policy.policy.model import ClusterFile, PolicyFile, RequirementsFile
from opencode_policy.policy.places import Step, dotted, place_of

T_co = TypeVar("T_co", covariant=True)


class RuleFacts(Protocol):
    """What the policy must know of a rule; a rule class has it all."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """IDs of the requirements the rule decides."""

    @property
    def Parameters(self) -> type[Any]:  # noqa: N802 - a rule class holds a class under this name
        """Dataclass of the rule's parameters."""


@dataclass(frozen=True, slots=True)
class PolicyDocument(Generic[T_co]):
    """One file of the policy."""

    path: str
    root: Node
    value: T_co

    def mistake(self, at: tuple[Step, ...], message: str) -> Mistake:
        """A mistake in the value at a path; at a path that does not exist, in what would hold it."""
        return Mistake(self.path, message, dotted(at), place_of(self.root, at).location)

    def key_mistake(self, at: tuple[Step, ...], message: str) -> Mistake:
        """A mistake in the key at a path."""
        return Mistake(self.path, message, dotted(at), place_of(self.root, at).key_location)


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """The three files and the rules they speak of.

    `incomplete` says that an installed plugin could not be loaded, so there are rules nobody knows of.
    """

    requirements: PolicyDocument[RequirementsFile]
    settings: PolicyDocument[PolicyFile]
    cluster: PolicyDocument[ClusterFile]
    rules: Mapping[str, RuleFacts]
    incomplete: bool = False

    def runs(self, rule: str) -> bool:
        """Whether a rule is switched on."""
        setting = self.settings.value.rules.get(rule)
        return setting is None or setting.enabled
