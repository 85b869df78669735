"""What a rule is, and the examples that are its tests and its manual.

A rule is a class in a file of its own; file name, class name and id are one word in three spellings
(`pvc_storage_mismatch.py`, `PvcStorageMismatch`, `pvc-storage-mismatch`). It states the offence, so that
`ignore[pvc-storage-mismatch]` reads as English. Its docstring's first line is its short description.
"""

from __future__ import annotations

import re
from abc import ABC
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, ClassVar

from opencode_policy.concern import Concern
from opencode_policy.finding import Severity
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome
from opencode_policy.tree import Tree, WorkspaceTree


@dataclass(frozen=True, slots=True)
class Example:
    """A small repository that the rule is shown: good ones stay silent, bad ones are reported.

    `files` maps paths to texts; a plain text stands for the one manifest of the example workspace `demo`.
    Both are laid over `opencode_policy.testing.SCAFFOLD`, where an empty text removes a file of it. A bad
    example marks each offending line with a trailing `# <- message`. `parameters` are the rule's
    parameters for this example, over `Rule.example_parameters`; `workspaces` are the names of the
    workspaces of its policy, of which only `demo` has a scaffold.
    """

    title: str
    files: str | Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    workspaces: tuple[str, ...] = ("demo",)


@dataclass(frozen=True, slots=True)
class NoParameters:
    """For a rule that takes none."""


class Rule(ABC):
    """A check of the tree. A subclass overrides `check_workspace` or `check_tree`, or both.

    Class attributes: `id`; `severity` (default, the policy may override); `requirements` (IDs of the
    policy; for a rule that runs per workspace list the IDs of every workspace: the engine keeps those
    that are the workspace's own); `why` and `fix` (one paragraph each); `Parameters` (a frozen dataclass
    whose fields without default the policy must give); `good` and `bad`; `suppressible`;
    `needs_objects` (it judges what Flux applies; False for one that judges files, or objects of its own);
    `whole_tree` (its proofs speak of every file, so an unreadable file voids them);
    `security_severity` (0.1 to 10 as GitHub ranks alerts, None for what is no security matter);
    `concern` (what it is about if it holds for every repository, None if it waits for a policy; every
    parameter of such a rule needs a default).
    """

    id: ClassVar[str] = ""
    severity: ClassVar[Severity] = "error"
    requirements: ClassVar[tuple[str, ...]] = ()
    why: ClassVar[str]
    fix: ClassVar[str]
    Parameters: ClassVar[type[Any]] = NoParameters
    example_parameters: ClassVar[Mapping[str, Any]] = {}
    good: ClassVar[tuple[Example, ...]]
    bad: ClassVar[tuple[Example, ...]]
    suppressible: ClassVar[bool] = True
    needs_objects: ClassVar[bool] = True
    whole_tree: ClassVar[bool] = False
    security_severity: ClassVar[float | None] = None
    concern: ClassVar[Concern | None] = None

    def __init_subclass__(cls) -> None:
        """The id is the class name in another spelling."""
        cls.id = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, parameters: Any = None) -> None:
        self.parameters = parameters if parameters is not None else self.Parameters()

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return summary_of(type(self))

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        """Outcomes for one workspace of the policy; called once for each."""
        del workspace
        return iter(())

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        """Outcomes for the tree as a whole; called once."""
        del tree
        return iter(())


def summary_of(rule: type[Rule]) -> str:
    """First line of a rule's docstring: what it forbids, in one sentence."""
    return (rule.__doc__ or "").strip().partition("\n")[0]
