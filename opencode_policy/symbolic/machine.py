"""What all paths of a simulation share, and what programs need to do their work."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from opencode_policy.lean import dataclass
from opencode_policy.symbolic.events import Code, Event, Printed, Probed, Where, Wrote
from opencode_policy.symbolic.files import FILE, Entry
from opencode_policy.symbolic.places import Layout, Place
from opencode_policy.symbolic.replay import Rerun
from opencode_policy.symbolic.state import BUFFER, LOG, Doubt, State
from opencode_policy.symbolic.symbols import Symbols

_PASSED_ON = re.compile(r"\$\{?[1-9@*]")
_STEPS = 40_000
_PATHS = 192

Program = Callable[["Invocation"], None]
"""Does what a program does to the state of its invocation."""


@dataclass
class Machine:
    """One simulation: its symbols, what it may cost, and what it was asked to watch.

    `load` finds a script by its path in the container, `inline` one by its text in the manifest; `programs`
    are known programs besides the usual ones; calls of the `watched` are events, and so is output that
    depends on a symbol of `secrets`. In an `open_environment` every variable may be set from elsewhere.
    `runs` are those of scripts by the state in which they started, `caller` is what runs its commands.
    """

    layout: Layout
    symbols: Symbols = field(default_factory=Symbols)
    load: Callable[[str], Code | None] = lambda _: None
    inline: Mapping[str, Code] = field(default_factory=dict)
    programs: Mapping[str, Program] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    open_environment: bool = False
    runs: dict[tuple[object, ...], list[Rerun]] = field(default_factory=dict)
    steps: int = 0
    overflow: bool = False
    caller: Any = None

    def step(self) -> bool:
        """Count one more command; False once the simulation has become too long."""
        self.steps += 1
        if self.steps > _STEPS:
            self.overflow = True
        return not self.overflow

    def within_reason(self, states: list[State]) -> list[State]:
        """At most so many paths as can be followed; if there were more, nothing is proved."""
        if len(states) > _PATHS:
            self.overflow = True
        return states[:_PATHS]

    def equal(self, state: State, left: str, right: str) -> bool | None:
        """Whether two texts are equal on a path."""
        left, right = state.resolve(left), state.resolve(right)
        if (left, right) in state.excluded or (right, left) in state.excluded:
            return False
        return self.symbols.equal(left, right)

    def write(self, state: State, text: str, where: Where) -> None:
        """Send text to standard output."""
        if state.sink == BUFFER:
            state.buffer += text
        elif state.sink == LOG and text.strip():
            state.said = text.strip()
            if self.secrets and self.symbols.sources(text) & self.secrets:
                state.events = (*state.events, Printed(where, state.assumed, text))

    def write_file(
        self, state: State, path: str, content: str | None, where: Where, *, append: bool = False
    ) -> None:
        """Write a file; a new one gets the permissions that the umask leaves."""
        place = self.layout.place(path, state.directory)
        entry = state.files.look(place)
        mode = entry.mode if entry.kind == FILE else 0o666 & ~state.umask
        if append and entry.kind == FILE:
            content = None if content is None or entry.content is None else entry.content + content
        self.put_file(state, place, path, Entry(FILE, content, mode, since=state.boot), where)

    def put_file(self, state: State, place: Place, path: str, entry: Entry, where: Where) -> None:
        """Put a file in place, as an event."""
        state.files = state.files.put(place, entry)
        if not place.known:
            return
        where = Invocation(self, state, where, []).spoken
        note(state, Wrote(where, state.assumed, place, path, entry.content, entry.mode))

    def content(self, state: State, path: str) -> str | None:
        """Content of a file, a symbol where it is not known; None where there is no such file."""
        place = self.layout.place(path, state.directory)
        entry = state.files.look(place)
        if entry.kind == FILE and entry.content is not None:
            return state.resolve(entry.content)
        if entry.exists is False or entry.is_folder:
            return None
        symbol = self.symbols.derived("the contents of a file", f"{place.volume}:{place.path}")
        if place.known and entry.kind == FILE:
            state.files = state.files.put(place, Entry(FILE, symbol, entry.mode, since=entry.since))
        return symbol


@dataclass(slots=True)
class Invocation:
    """One call of a program on one path: its words, and the state that it changes."""

    machine: Machine
    state: State
    where: Where
    words: list[str]

    @property
    def name(self) -> str:
        return self.words[0].rpartition("/")[2]

    @property
    def spoken(self) -> Where:
        """The innermost call that says what is done: one made of parameters passes on what it was given."""
        return self.saying("")

    def saying(self, word: str) -> Where:
        """The innermost call that holds a word, or else no parameters of a function."""
        for where in (self.where, *reversed(self.state.calls)):
            text = where.text
            if word in text.split() or not _PASSED_ON.search(text):
                return where
        return self.where

    @property
    def arguments(self) -> list[str]:
        return self.words[1:]

    def place(self, path: str) -> Place:
        """The place of a path."""
        return self.machine.layout.place(path, self.state.directory)

    def entry(self, path: str) -> Entry:
        """What lies at a path."""
        return self.state.files.look(self.place(path))

    def read_only(self, path: str) -> bool:
        """Whether a path cannot be written to."""
        return self.machine.layout.read_only(path, self.state.directory)

    def write(self, text: str) -> None:
        """Write to standard output."""
        self.machine.write(self.state, text, self.where)

    def end(self, status: int | None = 0, about: frozenset[str] = frozenset()) -> None:
        """End with an exit status; None where only running would tell, which depends on `about`."""
        self.state.end(status, Doubt(self.where, about) if status is None else None)

    def doubt(self, *texts: str) -> None:
        """End with an unknown exit status that depends on some texts."""
        self.end(None, self.machine.symbols.sources(*texts))


def note(state: State, event: Event) -> None:
    """Write down what was done."""
    if isinstance(event, Probed):
        state.probes = (*state.probes, event)
    else:
        state.events = (*state.events, event)
