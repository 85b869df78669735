"""What following a script brought to light."""

from __future__ import annotations

from dataclasses import field

from opencode_policy.lean import dataclass, replace
from opencode_policy.taint.cells import Switch
from opencode_policy.taint.values import Flows, Place, merged


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret goes where it must not go.

    `kind` is `trace`, `output`, `argument`, `url` or `disk`; `words` are a message without subject to change;
    without `certain` it may be that nothing secret is shown. `switch` is what turned tracing on. A leak
    in a function that got the secret as an argument stands where the argument was given, and `sink` is
    where it leaves.
    """

    kind: str
    place: Place
    words: str
    flows: Flows
    certain: bool = True
    switch: Switch | None = None
    sink: Place | None = None


@dataclass(frozen=True, slots=True)
class Blind:
    """A place beyond which the script could not be followed, and why."""

    place: Place
    words: str


@dataclass(frozen=True, slots=True)
class Handover:
    """A program that gets secrets by its environment or standard input, not by an argument."""

    place: Place
    program: str
    flows: Flows
    how: str


@dataclass(slots=True)
class Report:
    """Everything found, each once, in the order of discovery.

    `tracing` are switches that were still on when a process ended that could reach a secret. `remotes` are
    the places of URLs, without any secret in them, that programs were given.
    """

    leaks: dict[tuple[str, Place, str], Leak] = field(default_factory=dict)
    blind: dict[Place, Blind] = field(default_factory=dict)
    tracing: dict[Switch, None] = field(default_factory=dict)
    switched: dict[Switch, None] = field(default_factory=dict)
    handovers: dict[tuple[Place, str], Handover] = field(default_factory=dict)
    remotes: dict[Place, str] = field(default_factory=dict)
    literal_urls: dict[Place, str] = field(default_factory=dict)
    commands: int = 0
    outputs: int = 0
    programs: int = 0

    def leak(self, leak: Leak) -> None:
        """Take in a leak; one at the same place counts once, with all its secrets."""
        key = (leak.kind, leak.place, leak.switch.words if leak.switch else "")
        known = self.leaks.get(key)
        if known is None or (leak.certain and not known.certain):
            self.leaks[key] = leak
        elif set(leak.flows) - set(known.flows):
            flows = merged(known.flows, leak.flows)
            self.leaks[key] = replace(known, flows=flows)
