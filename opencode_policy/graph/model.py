"""A reference from one object to another, and where it leads."""

from __future__ import annotations

from typing import Literal

from opencode_policy.finding import Severity
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource

State = Literal["found", "listed", "ambiguous", "missing", "open"]
"""Where a reference leads.

`found`: to an object that the tree makes. `listed`: to one that the inventory lists, or that every cluster
has. `ambiguous`: to an object that is made twice. `missing`: nowhere. `open`: nobody can tell from the files.
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """One object names another. `at` is the token that names it, in `source`.

    `relation` is a verb in the third person (`mounts`, `waits for`). `namespace` is empty where the target is
    of the whole cluster. `part` is a key, port or section of the target, `part_at` the token that names it,
    and `part_is` says which of these. What is `optional` may be missing.
    """

    source: Resource
    relation: str
    kind: str
    namespace: str
    name: str
    at: Field
    part: str = ""
    part_at: Field | None = None
    part_is: str = "key"
    optional: bool = False

    @property
    def target(self) -> str:
        """The target as people write it: `Secret media/keys`."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference that was followed.

    `target` is the object of the tree it leads to, or the one that makes it; `message` says in one sentence
    what is wrong with a missing one, or why an open one is open; `at` is the token that decides it.
    """

    reference: Reference
    state: State
    at: Field
    target: Resource | None = None
    message: str = ""
    severity: Severity = "error"

    @property
    def source(self) -> Resource:
        return self.reference.source

    @property
    def relation(self) -> str:
        return self.reference.relation

    @property
    def is_problem(self) -> bool:
        """Whether the edge leads nowhere and has to lead somewhere."""
        return self.state == "missing" and not self.reference.optional
