"""What the containers of a pod do with the secrets they hold, once for all rules that ask.

Each argument list that a container runs (its own, its probes', its lifecycle hooks') is followed: a script
through all that it does, another program as far as its arguments tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from opencode_policy.lean import dataclass
from opencode_policy.location import Location, Related
from opencode_policy.nodes import ScalarNode
from opencode_policy.outcome import location_of
from opencode_policy.resource import Field
from opencode_policy.scalar_map import locate
from opencode_policy.scripts import argvs_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod

if TYPE_CHECKING:
    from opencode_policy.taint.analysis import Followed
    from opencode_policy.taint.report import Leak
    from opencode_policy.taint.values import Flows, Place, Text

MOST_STEPS = 12
"""Steps of a secret's way that a finding tells: the first and the last of a longer one."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One argument list of a container and what came of following it.

    `held` are the names of the secrets inside the container. `script` is the argument that holds or names
    its script, `text` the node that holds the script's text; `unread` says why a script could not be read.
    `urls` are the variables of the manifest that are URLs with a secret.
    """

    container: Container
    argv: tuple[Field, ...]
    held: tuple[str, ...]
    followed: Followed
    script: Field | None = None
    text: ScalarNode | None = None
    unread: str = ""
    urls: Mapping[str, Text] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a reader calls it: the script's file, else the container."""
        if self.text is not None and self.text.style == "file":
            return self.text.source.path.rpartition("/")[2]
        return f"the script of {self.container.name}" if self.text is not None else self.container.name

    @property
    def at(self) -> Field:
        """The argument that names or holds the script; the container's name where nothing is given."""
        if self.script is not None:
            return self.script
        return self.argv[0] if self.argv else self.container.field["name"]

    @property
    def secrets(self) -> str:
        """The secrets inside the container, as one reads them out."""
        return listed(self.held)

    def leaks(self, kind: str) -> list[Leak]:
        """Leaks of a kind, in the order in which they were found."""
        return [leak for leak in self.followed.report.leaks.values() if leak.kind == kind]

    def place(self, place: Place) -> Field | Location:
        """Where a place of the script, or of the argument list, stands."""
        document, span = place.document, place.span
        if isinstance(document, ScalarNode):
            return locate(document, span.start, span.end)
        return self.argv[min(span.start, len(self.argv) - 1)] if self.argv else self.at

    def location(self, place: Place) -> Location:
        """The same as a region of a file."""
        return location_of(self.place(place))

    def way(self, flows: Flows) -> tuple[Related, ...]:
        """Where secrets come from, and each step of their way."""
        found: list[Related] = []
        for flow in flows:
            if isinstance(flow.secret.at, Field):
                found.append(Related(f"{flow.secret.name} comes from here", flow.secret.at.location))
            hops = flow.hops
            if len(hops) > MOST_STEPS:
                hops = [*hops[: MOST_STEPS // 2], *hops[-MOST_STEPS // 2 :]]
            found += (Related(f"it {hop.words}", self.location(hop.place)) for hop in hops)
        return tuple(dict.fromkeys(found))


def listed(names: tuple[str, ...] | list[str]) -> str:
    """Names, as one reads them out."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def names_of(flows: Flows) -> str:
    """Names of the secrets that flow."""
    return listed([flow.secret.name for flow in flows])


_RUNS: WeakKeyDictionary[Tree, dict[tuple[int, tuple[str | int, ...]], list[Run]]] = WeakKeyDictionary()


def runs_of(tree: Tree, pod: Pod) -> list[Run]:
    """Everything that the containers of a pod run; worked out once for a tree."""
    known = _RUNS.setdefault(tree, {})
    key = (id(pod.workload), pod.spec.path)
    if key not in known:
        known[key] = [run for container in pod.all_containers for run in _of_container(tree, container)]
    return known[key]


def _of_container(tree: Tree, container: Container) -> list[Run]:
    from opencode_policy.leaks.container_run import follow_argv, world_of

    world, held = world_of(tree, container)
    return [follow_argv(tree, container, world, held, argv) for argv in argvs_of(container)]
