"""One path through a script: what is known when it has come to a certain point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import NamedTuple

from opencode_policy.lean import dataclass, replace
from opencode_policy.shell.syntax import Function
from opencode_policy.symbolic.events import Assumption, Code, Event, Where
from opencode_policy.symbolic.files import Files
from opencode_policy.symbolic.symbols import rivals, symbols_in

NEXT = "next"
RETURN = "return"
BREAK = "break"
CONTINUE = "continue"
EXIT = "exit"

LOG = "log"
BUFFER = "buffer"
NOWHERE = "nowhere"

Hint = Callable[["State", bool], None]
"""Writes down what follows once a condition is taken to hold, or not to."""


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """Why an exit status is not known: the condition, what it depends on, and what follows from either."""

    where: Where
    about: frozenset[str] = frozenset()
    hint: Hint | None = None
    negated: bool = False


class Opinion(NamedTuple):
    """How a condition was answered that is about texts of a rivalry; `asked` is what it is known by."""

    topic: frozenset[str]
    asked: tuple[int, int, int]
    holds: bool

    def contradicts(self, other: Opinion) -> bool:
        """Whether the same was asked of the same, and answered otherwise."""
        return self[:2] == other[:2] and self.holds != other.holds


@dataclass(eq=False)
class State:
    """A path's state. It belongs to one owner, who may change it; `fork` makes another.

    `calls` are the function calls that are under way. `status` is the exit status of the last command, None
    where it is in `doubt`. `flow` says how the path goes on. Output goes to `sink`: the log, a buffer, or
    nowhere. `bound` and `excluded` hold what was assumed of symbols, `topics` the sets of rival symbols
    that conditions were about, `probes` are tests of files that were certain, `said` the last text that
    went to the log, `stopped` where the script ended early.
    `runs` are the runs of scripts that it went through. `consulted` are the symbols about which the path
    asked what was assumed of them; all forks of a run share it.
    """

    code: Code
    name: str
    variables: dict[str, str] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    arguments: tuple[str, ...] = ()
    functions: dict[str, tuple[Function, Code]] = field(default_factory=dict)
    scopes: tuple[dict[str, str | None], ...] = ()
    files: Files = field(default_factory=Files)
    directory: str = "/"
    umask: int = 0o022
    options: frozenset[str] = frozenset()
    calls: tuple[Where, ...] = ()
    traps: tuple[tuple[str, str], ...] = ()
    stdin: str | None = None
    sink: str = LOG
    buffer: str = ""
    status: int | None = 0
    doubt: Doubt | None = None
    flow: str = NEXT
    checked: int = 0
    loops: int = 0
    depth: int = 0
    boot: int = 1
    bound: dict[str, str] = field(default_factory=dict)
    excluded: frozenset[tuple[str, str]] = frozenset()
    events: tuple[Event, ...] = ()
    probes: tuple[Event, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    topics: frozenset[Opinion] = frozenset()
    said: str = ""
    stopped: Where | None = None
    runs: frozenset[object] = frozenset()
    consulted: set[str] = field(default_factory=set)

    def fork(self) -> State:
        """The same state for another path."""
        other = object.__new__(State)
        other.__dict__.update(self.__dict__)
        other.variables, other.functions = dict(self.variables), dict(self.functions)
        other.scopes, other.bound = tuple(map(dict, self.scopes)), dict(self.bound)
        return other

    def end(self, status: int | None = 0, doubt: Doubt | None = None) -> None:
        """Set the exit status."""
        self.status, self.doubt = status, None if status is not None else doubt

    def test(self, holds: bool | None, doubt: Doubt) -> None:
        """Set the exit status of a condition."""
        self.end(None if holds is None else int(not holds), doubt)

    def resolve(self, text: str) -> str:
        """A text with what was assumed of its symbols."""
        if text.isascii():
            return text
        self.consulted.update(symbols_in(text))
        for symbol, value in self.bound.items():
            if symbol in text:
                text = text.replace(symbol, value)
                self.consulted.update(symbols_in(text))
        return text

    def assume(self, where: Where, *, holds: bool, about: frozenset[str], expected: bool = False) -> None:
        """Write down an assumption."""
        self.assumed = (*self.assumed, Assumption(where, holds, about, expected))
        topic = rivals(about)
        if topic and not expected:
            self.topics |= {Opinion(topic, where.key, holds)}

    def took_in(self, inner: State) -> State:
        """The shell after a subshell of it has come to an end: its effects remain, its variables do not."""
        outer = self.fork()
        outer.files, outer.events, outer.probes = inner.files, inner.events, inner.probes
        outer.assumed, outer.topics = inner.assumed, inner.topics
        outer.bound, outer.excluded = dict(inner.bound), inner.excluded
        outer.said, outer.stopped, outer.runs = inner.said, inner.stopped, inner.runs
        outer.end(inner.status, inner.doubt)
        return outer

    @property
    def key(self) -> tuple[object, ...]:
        """What decides how the path goes on, and what a rule will see of it."""
        return (
            self.flow, self.status, id(self.doubt), frozenset(self.variables.items()), self.files.key,
            self.events, self.directory, self.umask, self.options, self.arguments, self.sink, self.buffer,
            self.stdin, frozenset(self.functions), self.exported, self.checked, self.loops, self.name,
            self.topics,
        )  # fmt: skip


def merged(states: Iterable[State]) -> list[State]:
    """The states without those that equal another; of two equal ones only what both assumed remains."""
    given = list(states)
    if len(given) < 2:
        return given
    found: dict[tuple[object, ...], State] = {}
    for state in given:
        key = state.key
        if key in found:
            _merge(found[key], state)
        else:
            found[key] = state
    return list(found.values())


def _merge(kept: State, other: State) -> None:
    kept.assumed = _common(kept.assumed, other.assumed)
    kept.topics &= other.topics
    kept.runs |= other.runs
    kept.excluded &= other.excluded
    kept.bound = dict(kept.bound.items() & other.bound.items())
    if kept.events is not other.events:
        pairs = zip(kept.events, other.events, strict=True)
        kept.events = tuple(_shared(event, twin) for event, twin in pairs)
    if kept.probes != other.probes:
        seen = set(other.probes)
        kept.probes = tuple(event for event in kept.probes if event in seen)


def _shared(event: Event, twin: Event) -> Event:
    if event.assumed == twin.assumed:
        return event
    return replace(event, assumed=_common(event.assumed, twin.assumed))


def _common(left: tuple[Assumption, ...], right: tuple[Assumption, ...]) -> tuple[Assumption, ...]:
    if left == right:
        return left
    shared = set(right)
    return tuple(item for item in left if item in shared)
