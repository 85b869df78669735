"""Scripts run once for all paths that come to them alike.

Nothing that a script does depends on the record of its path: events, probes, assumptions, opinions, the last
text that was said. Nor does it depend on what was assumed of symbols that it never asks about: the run keeps
those that it did ask about. So a script that starts in the same state on two paths does the same on both, and
what it adds to the record of the one is added to that of the other. On one path it runs as often as it is
called: what is not known of the first run need not be the same in the second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from opencode_policy.lean import dataclass, replace
from opencode_policy.symbolic.events import Assumption, Event, Where
from opencode_policy.symbolic.state import Doubt, Opinion, State
from opencode_policy.symbolic.symbols import symbols_in


class _Said(str):
    """A text that was said before, told from an equal one by its identity."""

    __slots__ = ()


@dataclass(eq=False)
class Rerun:
    """A run of a script: the record and the assumptions of the path at its start, and how it ended."""

    said: str
    events: int
    probes: int
    assumed: int
    bound: dict[str, str]
    excluded: frozenset[tuple[str, str]]
    topics: frozenset[Opinion]
    outer: set[str]
    consulted: set[str] = field(default_factory=set)
    ended: list[State] = field(default_factory=list)

    def finish(self, ended: list[State]) -> list[State]:
        """Keep the states in which the run ended; they are not to be changed from now on."""
        self.outer |= self.consulted
        for state in ended:
            state.runs |= {self}
            state.consulted = self.outer
        self.ended = ended
        return ended

    def fits(self, start: State) -> bool:
        """Whether a path that starts the script in the same state would run it alike."""
        return (
            self not in start.runs
            and _bound(start.bound, self.consulted) == _bound(self.bound, self.consulted)
            and _excluded(start.excluded, self.consulted) == _excluded(self.excluded, self.consulted)
            and (start.topics == self.topics or self._asks_nothing_of(start.topics ^ self.topics))
        )

    def _asks_nothing_of(self, opinions: frozenset[Opinion]) -> bool:
        """Whether no path of the run has one of these opinions, or their contrary, on its own account."""
        asked = {opinion.asked for opinion in opinions}
        own = (opinion for after in self.ended for opinion in after.topics - self.topics)
        return all(opinion.asked not in asked for opinion in own)

    def on(self, start: State) -> list[State]:
        """The same run on another path."""
        start.consulted |= self.consulted
        doubts: dict[Doubt, Doubt] = {}
        return [self._moved(after, start, doubts) for after in self.ended]

    def _moved(self, after: State, start: State, doubts: dict[Doubt, Doubt]) -> State:
        other = after.fork()
        other.events = (*start.events, *self._events(after.events[self.events :], start))
        other.probes = (*start.probes, *self._events(after.probes[self.probes :], start))
        other.assumed = self._assumed(after.assumed, start)
        other.bound = {**start.bound, **dict(after.bound.items() - self.bound.items())}
        other.excluded = start.excluded | (after.excluded - self.excluded)
        other.topics = start.topics | (after.topics - self.topics)
        other.said = start.said if after.said is self.said else after.said
        other.runs, other.consulted = after.runs | start.runs, start.consulted
        if after.doubt is not None:
            other.doubt = doubts.setdefault(after.doubt, replace(after.doubt))
        return other

    def _events(self, events: Iterable[Event], start: State) -> list[Event]:
        return [replace(event, assumed=self._assumed(event.assumed, start)) for event in events]

    def _assumed(self, assumed: tuple[Assumption, ...], start: State) -> tuple[Assumption, ...]:
        return (*start.assumed, *assumed[self.assumed :])


def _bound(bound: dict[str, str], symbols: set[str]) -> dict[str, str]:
    return {symbol: text for symbol, text in bound.items() if symbol in symbols}


def _excluded(excluded: frozenset[tuple[str, str]], symbols: set[str]) -> set[tuple[str, str]]:
    return {pair for pair in excluded if not symbols.isdisjoint(symbols_in("".join(pair)))}


def started(state: State) -> Rerun:
    """A run that starts in this state."""
    state.said = _Said(state.said)
    run = Rerun(
        state.said, len(state.events), len(state.probes), len(state.assumed),
        dict(state.bound), state.excluded, state.topics, state.consulted,
    )  # fmt: skip
    state.consulted = run.consulted
    return run


def course(state: State) -> tuple[object, ...]:
    """All of a state that decides what is done from now on, but for what was assumed of symbols."""
    written = state.code.written
    origin = written if isinstance(written, Where) else id(written)
    return (
        state.code.text, origin, state.name, state.arguments,
        state.directory, state.umask, state.options, state.flow,
        frozenset(state.variables.items()), state.exported, frozenset(state.functions), state.scopes,
        state.calls, state.traps, state.stdin, state.sink, state.buffer, state.status, state.doubt,
        state.checked, state.loops, state.depth, state.boot, state.stopped, state.files.key,
    )  # fmt: skip
