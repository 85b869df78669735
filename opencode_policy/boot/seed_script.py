"""What a script does that stores the login of this machine in Doppler, on every path it can take."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from opencode_policy.boot.doppler import COMMAND, DopplerLine, doppler, read_doppler_line, stored
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.shell.calls import run
from opencode_policy.shell.commands_run import commands_run, statements_of
from opencode_policy.shell.spans import Span
from opencode_policy.source import Source
from opencode_policy.symbolic.builtins import BUILTINS
from opencode_policy.symbolic.events import Code, Event, Printed, Ran, Traced
from opencode_policy.symbolic.execution import execute_all
from opencode_policy.symbolic.files import FILE, Entry, Files
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.places import Layout
from opencode_policy.symbolic.state import State
from opencode_policy.symbolic.symbols import Symbols, cleaned, symbols_in

READERS = frozenset({"deno", "gojq", "jq", "node", "perl", "php", "python", "python3", "ruby", "yq"})
"""Programs that fail on what is no JSON."""

_SUMS = ("b2sum", "cksum", "md5sum", "sha", "wc", "${#}", "openssl")
"""Operations that do not give away what they were done to."""

_HOME = "/home/user"
_NOT_PROGRAMS = frozenset({*BUILTINS, "[", "[[", "echo", "printf", "test"})


@dataclass
class SeedRun:
    """One run of the script: with its arguments, and with some variables besides HOME.

    `path` is where the login of this machine lies then.
    """

    source: Source
    arguments: tuple[str, ...]
    variables: dict[str, str]
    path: str

    def __post_init__(self) -> None:
        """Run it."""
        self.symbols = Symbols()
        self.login = self.symbols.rival("the login of this machine", "the login of this machine")
        self.machine = Machine(
            Layout(),
            self.symbols,
            programs={COMMAND: doppler},
            watched=READERS | {COMMAND},
            secrets=frozenset({self.login}),
        )
        self.endings = self._run()

    def _run(self) -> list[State]:
        place = self.machine.layout.place(self.path)
        state = State(
            Code(cleaned(self.source.text), self.source),
            self.source.path,
            variables={"HOME": _HOME, **self.variables},
            exported=frozenset({"HOME", *self.variables}),
            arguments=self.arguments,
            files=Files({place: Entry(FILE, self.login, 0o600)}),
            directory="/",
        )
        return run(execute_all(self.machine, statements_of(state.code.text), [state]))

    @property
    def finished(self) -> list[State]:
        return [ending for ending in self.endings if ending.status in (0, None)]

    @cached_property
    def events(self) -> list[Event]:
        """Everything that any path does, each once."""
        seen: dict[tuple[object, ...], Event] = {}
        for ending in self.endings:
            for event in ending.events:
                seen.setdefault((type(event), event.where.key, getattr(event, "argv", ())), event)
        return list(seen.values())

    @cached_property
    def writes(self) -> list[Write]:
        """Every call that stores a secret."""
        found = []
        for event in self.events:
            if isinstance(event, Ran) and event.argv[0].rpartition("/")[2] == COMMAND:
                line = read_doppler_line(event.argv[1:], dict(event.environment))
                if line.sets:
                    found.append(Write(event, line))
        return found

    def writes_of(self, name: str) -> list[Write]:
        """The calls that store one secret."""
        return [write for write in self.writes if write.line.name == name]

    @property
    def last_command(self) -> Location:
        """The last command that stands in the script."""
        spans = [command.span for command in commands_run(self.source.text)]
        last = max(spans, default=Span(0, 0))
        return self.source.location(last.start, last.end)

    def from_login(self, text: str) -> bool:
        """Whether a text depends on the login of this machine."""
        return self.login in self.symbols.sources(text)

    def reveals(self, text: str) -> bool:
        """Whether a text gives the login away; a hash of it does not."""
        pending = symbols_in(text)
        while pending:
            symbol = pending.pop()
            if symbol == self.login:
                return True
            known = self.symbols[symbol]
            if known.origin.startswith(_SUMS) or self.login not in known.sources:
                continue
            if not known.derived:
                return True
            pending += [inner for operand in known.operands for inner in symbols_in(operand)]
        return False

    def compared(self, write: Write) -> bool:
        """Whether it was looked before what the secret holds, and found to be something else."""
        current = stored(self.symbols, write.line.name)
        return any(current in item.about and self.login in item.about for item in write.event.doubts)

    def checked(self, write: Write) -> bool:
        """Whether a program that reads JSON has read the login before, and its failure would end it all."""
        for ending in self.endings:
            if write.event not in ending.events:
                continue
            before = ending.events[: ending.events.index(write.event)]
            readings = [event for event in before if isinstance(event, Ran) and self._reads(event)]
            if not any(self._heeded(event) for event in readings):
                return False
        return True

    def _reads(self, event: Ran) -> bool:
        name = event.argv[0].rpartition("/")[2]
        given = (event.stdin or "", *event.reads)
        return name in READERS and any(self.login in self.symbols.sources(text) for text in given)

    def _heeded(self, event: Ran) -> bool:
        """Whether the exit status of a call decides anything."""
        return any(item.where.key == event.where.key for ending in self.endings for item in ending.assumed)

    def leaks(self) -> Iterator[tuple[Event, str]]:
        """Where the login comes to light, and how."""
        for event in self.events:
            if isinstance(event, Traced):
                yield event, "tracing prints the login"
            elif isinstance(event, Printed) and self.reveals(event.text):
                shows = any(write.event.where.key == event.where.key for write in self.writes)
                words = "without --silent doppler prints what it stores" if shows else "this prints the login"
                yield event, words
            elif isinstance(event, Ran):
                name = event.argv[0].rpartition("/")[2]
                if name not in _NOT_PROGRAMS and any(self.reveals(word) for word in event.argv[1:]):
                    yield event, f"the login is among the arguments of {name}, where other processes see it"


@dataclass(frozen=True, slots=True)
class Write:
    """A call that stores a secret."""

    event: Ran
    line: DopplerLine


def runs(source: Source, arguments: tuple[str, ...]) -> tuple[SeedRun, SeedRun]:
    """The script with the usual data directory, and with another one."""
    usual = SeedRun(source, arguments, {}, f"{_HOME}/.local/share/opencode/auth.json")
    moved = SeedRun(source, arguments, {"XDG_DATA_HOME": "/data"}, "/data/opencode/auth.json")
    return usual, moved
