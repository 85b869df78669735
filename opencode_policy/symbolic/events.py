"""What a simulated script did that a rule may ask about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import NamedTuple

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode
from opencode_policy.scalar_map import locate
from opencode_policy.shell.spans import Span
from opencode_policy.source import Source
from opencode_policy.symbolic.files import Files
from opencode_policy.symbolic.places import Place

NETWORK = frozenset({"clone", "fetch", "pull", "push", "ls-remote", "send-pack", "fetch-pack"})
"""Subcommands of git that talk to another repository."""


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """The text of a script: a scalar of a manifest (or a file in a ConfigMap), or a file of its own.

    One that another script makes (for `eval`, `sh -c`) stands where that one runs it. `given` are names that
    `$(NAME)` stands for: Kubernetes expands these in a container's arguments before a shell sees them.
    """

    text: str
    written: ScalarNode | Source | Where
    given: Mapping[str, str] = field(default_factory=dict)

    def location(self, span: Span) -> Location:
        """The place of a range of the text in the file that it was written in."""
        if isinstance(self.written, Where):
            return self.written.location
        if isinstance(self.written, Source):
            return self.written.location(span.start, span.end)
        return locate(self.written, span.start, span.end)


class Where(NamedTuple):
    """A construct of a script; without a span, the script as a whole."""

    code: Code
    span: Span | None = None

    @property
    def location(self) -> Location:
        return self.code.location(self.span or Span(0, 0))

    @property
    def key(self) -> tuple[int, int, int]:
        """What the construct is known by in every boot of one tree."""
        written = self.code.written
        if isinstance(written, Where):
            return written.key
        return (id(written), self.span.start, self.span.end) if self.span else (id(written), 0, 0)

    @property
    def text(self) -> str:
        """The construct as written, in one line."""
        span = self.span or Span(0, 0)
        return " ".join(self.code.text[span.start : span.end].split())


class Assumption(NamedTuple):
    """A condition that could not be decided, and how it went on this path.

    `about` are the symbols it depends on. `expected` marks what every script takes for granted: that a
    command which ends the script when it fails does not fail.
    """

    where: Where
    holds: bool
    about: frozenset[str] = frozenset()
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something done, under what was assumed before."""

    where: Where
    assumed: tuple[Assumption, ...] = field(compare=False)

    def __hash__(self) -> int:
        return hash(self.where)

    @property
    def doubts(self) -> list[Assumption]:
        """Assumptions on which it depends whether this is done at all."""
        return doubtful(self.assumed)


@dataclass(frozen=True, slots=True)
class GitRun(Event):
    """One call of git: `directory` is the work tree (or what --git-dir names), `target` and
    `path` where a clone goes.

    `remote` is the URL or name of the other repository, `local` whether that is a folder of this machine;
    `settings` are those of `-c`. `done` is False for a call that fails. `files` are as they were before.
    """

    __hash__ = Event.__hash__

    subcommand: str
    arguments: tuple[str, ...] = ()
    directory: Place | None = None
    target: Place | None = None
    path: str = ""
    remote: str = ""
    settings: tuple[str, ...] = ()
    local: bool = False
    done: bool = True
    files: Files = field(default_factory=Files, compare=False)

    @property
    def network(self) -> bool:
        """Whether it talks to another machine."""
        if self.subcommand == "remote":
            return self.arguments[:1] in (("update",), ("show",), ("prune",), ("set-head",))
        if self.subcommand in ("submodule", "lfs"):
            return bool(set(self.arguments) & {"update", "fetch", "pull", "push", "add"})
        return self.subcommand in NETWORK and not self.local


@dataclass(frozen=True, slots=True)
class Removed(Event):
    """A file, or a folder with all that was in it, is gone."""

    __hash__ = Event.__hash__

    place: Place


@dataclass(frozen=True, slots=True)
class Wrote(Event):
    """A file has new content, or permissions."""

    __hash__ = Event.__hash__

    place: Place
    path: str
    content: str | None
    mode: int | None


@dataclass(frozen=True, slots=True)
class Probed(Event):
    """A test of what lies at a place, whose result was certain; `query` is git's own."""

    __hash__ = Event.__hash__

    place: Place
    path: str
    holds: bool
    query: bool = False


@dataclass(frozen=True, slots=True)
class Ran(Event):
    """A program ran that the simulation was told to watch.

    `reads` are the contents of its file arguments, `environment` what it is given besides; `shown` tells
    whether its output goes to the log.
    """

    __hash__ = Event.__hash__

    argv: tuple[str, ...]
    stdin: str | None
    reads: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Printed(Event):
    """Text that depends on a watched symbol went to the script's own output."""

    __hash__ = Event.__hash__

    text: str


@dataclass(frozen=True, slots=True)
class Traced(Event):
    """Tracing was switched on."""

    __hash__ = Event.__hash__


def doubtful(assumed: Iterable[Assumption]) -> list[Assumption]:
    """The assumptions that are not taken for granted."""
    return [item for item in assumed if not item.expected]
