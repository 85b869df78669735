"""Scripts run once for all paths that come to them alike.

Nothing that a script does depends on the record of its path: events, probes, assumptions, the last text that
was said. So a script that starts in the same state on two paths does the same on both, and what it adds to
the record of the one is added to that of the other. On one path it runs as often as it is called: what is
not known of the first run need not be the same in the second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from opencode_policy.symbolic.events import Assumption, Event
from opencode_policy.symbolic.state import Doubt, State


class _Said(str):
    """A text that was said before, told from an equal one by its identity."""

    __slots__ = ()


@dataclass(eq=False)
class Rerun:
    """A run of a script: the sizes of the path's record at its start, and how it ended."""

    said: str
    events: int
    probes: int
    assumed: int
    ended: list[State] = field(default_factory=list)

    def finish(self, ended: list[State]) -> list[State]:
        """Keep the states in which the run ended; they are not to be changed from now on."""
        for state in ended:
            state.runs |= {self}
        self.ended = ended
        return ended

    def on(self, start: State) -> list[State]:
        """The same run on another path."""
        doubts: dict[Doubt, Doubt] = {}
        return [self._moved(after, start, doubts) for after in self.ended]

    def _moved(self, after: State, start: State, doubts: dict[Doubt, Doubt]) -> State:
        other = after.fork()
        other.events = (*start.events, *self._events(after.events[self.events :], start))
        other.probes = (*start.probes, *self._events(after.probes[self.probes :], start))
        other.assumed = self._assumed(after.assumed, start)
        other.said = start.said if after.said is self.said else after.said
        other.runs = after.runs | start.runs
        if after.doubt is not None:
            other.doubt = doubts.setdefault(after.doubt, replace(after.doubt))
        return other

    def _events(self, events: Iterable[Event], start: State) -> list[Event]:
        return [replace(event, assumed=self._assumed(event.assumed, start)) for event in events]

    def _assumed(self, assumed: tuple[Assumption, ...], start: State) -> tuple[Assumption, ...]:
        return (*start.assumed, *assumed[self.assumed :])


def started(state: State) -> Rerun:
    """A run that starts in this state."""
    state.said = _Said(state.said)
    return Rerun(state.said, len(state.events), len(state.probes), len(state.assumed))


def course(state: State) -> tuple[object, ...]:
    """All of a state that decides what is done from now on."""
    return (
        state.code, state.name, state.arguments, state.directory, state.umask, state.options, state.flow,
        frozenset(state.variables.items()), state.exported, frozenset(state.functions), state.scopes,
        state.calls, state.traps, state.stdin, state.sink, state.buffer, state.status, state.doubt,
        state.checked, state.loops, state.depth, state.boot, frozenset(state.bound.items()), state.excluded,
        state.topics, state.stopped, state.files.key,
    )  # fmt: skip
