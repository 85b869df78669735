"""Following a script: what each statement may do to variables, files, descriptors and options.

All ways through the script are followed at once. Where the script branches, each branch is followed from the
same state and the results are joined; loops are followed until nothing changes any more; a function is
followed at each call. Time is bounded by `steps`, which grows with the text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from opencode_policy.lean import dataclass
from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes, without_holes
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Substitution
from opencode_policy.taint import nested, statements
from opencode_policy.taint.cells import (
    NO_CANDIDATE,
    OFF,
    UNTOLD,
    Frame,
    Key,
    Positional,
    Status,
    Stored,
    Switch,
    Target,
    Variable,
)
from opencode_policy.taint.listing import listing
from opencode_policy.taint.report import Blind, Leak, Report
from opencode_policy.taint.state import Changes, State, persistent
from opencode_policy.taint.streams import Targets, default_targets, read, write
from opencode_policy.taint.values import (
    ANYTHING,
    NOTHING,
    Flow,
    Flows,
    Place,
    Secret,
    Value,
    constant,
    merged,
    secret,
)
from opencode_policy.taint.world import ENVIRON, World, is_ordinary

DEEPEST = 60
"""Functions, scripts and texts that run inside one another."""


_FOLDER = Key("folder", "")
_DESCRIPTORS = Key("descriptors", "")
_DEFAULTS: dict[str, Any] = {
    "trap": NO_CANDIDATE,
    "function": NO_CANDIDATE,
    "descriptors": {},
    "stream": NOTHING,
    "positional": Positional(),
    "option": frozenset({OFF}),
    "umask": constant("0022"),
    "folder": ANYTHING,
}
"""Cells that were never filled, by kind; of any other kind they are empty tuples."""


class OutOfStepsError(Exception):
    """The script has more ways through it than can be followed."""


@dataclass(slots=True)
class Scope:
    """Something that a jump ends: a loop, a function or a process. `landed` are the states of its jumps."""

    kind: str
    mark: int
    landed: list[Changes] = field(default_factory=list)
    continued: list[Changes] = field(default_factory=list)
    statuses: set[Status] = field(default_factory=set)
    locals: dict[Key, Any] = field(default_factory=dict)
    name: str = ""


class Machine:
    """A shell that is followed in a world. Use `opencode_policy.taint.analysis`."""

    def __init__(self, world: World, report: Report, steps: int) -> None:
        self.world = world
        self.report = report
        self.steps = steps
        self.state = State(self._default)
        self.frame = Frame(None)
        self.shell = world.shell
        self.scopes: list[Scope] = []
        self.sure = True
        self._serial = 0

    # --- cells -------------------------------------------------------------------------------------

    def _default(self, key: Key) -> Any:
        if key.kind == "variable":
            return self._untold(key.name)
        if key.kind == "file":
            return Stored(self._outside(key.name))
        return _DEFAULTS.get(key.kind, ())

    def _untold(self, name: str) -> Variable:
        """A variable that the script did not set; it may come from a secret source of unknown names."""
        flows = merged(self.world.anywhere, self.state.get(Key("sourced", "")))
        if flows and not is_ordinary(name):
            return Variable(secret(flows), unset=None)
        return UNTOLD

    def _outside(self, path: str) -> Value:
        """Content of a file that the script did not write."""
        if path in ENVIRON or (path.startswith("/proc/") and path.endswith("/environ")):
            cells: list[tuple[str, Variable]] = self.state.of_kind("variable")
            return listing([(name, cell) for name, cell in cells if cell.exported], end="\0")
        flows = self.world.secrets_at(path)
        if flows:
            return secret(flows)
        known = self.world.read(path) if not has_holes(path) else None
        return ANYTHING if known is None else constant(without_holes(known.text))

    def variable(self, name: str) -> Variable:
        """A variable as it stands now."""
        found: Variable = self.state.get(Key("variable", name))
        return found

    def assign(self, name: str, value: Value, *, exported: bool | None = None) -> None:
        """Set a variable; it stays exported if it was."""
        before = self.variable(name)
        export = before.exported or self.exports_all if exported is None else exported
        self.state.set(Key("variable", name), Variable(value, export))

    @property
    def exports_all(self) -> bool:
        """Whether `set -a` may be on."""
        return self.options("a") != {OFF}

    @property
    def function(self) -> Scope | None:
        """The function that is run in this process."""
        if self.nearest("function", "process") != "function":
            return None
        return next(scope for scope in reversed(self.scopes) if scope.kind == "function")

    @property
    def positional(self) -> Positional:
        found: Positional = self.state.get(Key("positional", ""))
        return found

    def options(self, letter: str) -> frozenset[Switch | None]:
        """What may have switched an option on; OFF among them where it may be off."""
        found: frozenset[Switch | None] = self.state.get(Key("option", letter))
        return found

    def descriptor(self, name: str) -> Targets:
        found: Targets | None = self.descriptors.get(name)
        return default_targets(name) if found is None else found

    @property
    def descriptors(self) -> Mapping[str, Targets]:
        """Descriptors that were opened, copied or closed; the mapping is never changed."""
        found: Mapping[str, Targets] = self.state.get(_DESCRIPTORS)
        return found

    def set_descriptor(self, name: str, targets: Targets) -> None:
        self.state.set(_DESCRIPTORS, {**self.descriptors, name: targets})

    def restore_descriptors(self, saved: Mapping[str, Targets]) -> None:
        """End redirections."""
        if self.descriptors is not saved:
            self.state.set(_DESCRIPTORS, saved)

    def path(self, skeleton: str) -> str:
        """A path as it is seen from the root, if it is known where the shell is."""
        if not skeleton or skeleton[0] in (f"/{UNKNOWN}{SECRET}~"):
            return skeleton
        folder = self.state.get(_FOLDER).known
        return skeleton if folder is None else posixpath.normpath(posixpath.join(folder, skeleton))

    def change_folder(self, to: str | None) -> None:
        """`cd`."""
        known = to is not None and not has_holes(to) and self.path(to).startswith("/")
        self.state.set(_FOLDER, constant(self.path(to)) if known and to else ANYTHING)

    def content(self, path: str) -> Value:
        """What reading a file gives."""
        own = {"/dev/stdin": "0", "/dev/fd/0": "0", "/proc/self/fd/0": "0"}.get(path)
        if own:
            return read(self, own)
        stored: Stored = self.state.get(Key("file", self.path(path)))
        return stored.value

    def store(self, path: str, value: Value, place: Place) -> None:
        """Write a file."""
        path = self.path(path)
        before: Stored = self.state.get(Key("file", path))
        private = before.private if before.written else self._masked()
        hopped = value.with_hop(place, f"is written to {shown(path)}")
        self.state.set(Key("file", path), Stored(hopped, private, place))

    def _masked(self) -> bool | None:
        """Whether files that are made now are for their owner alone."""
        mask: Value = self.state.get(Key("umask", ""))
        return mask.known is not None and mask.known.endswith("77")

    def all_flows(self, *, exported_only: bool) -> Flows:
        """Every secret that variables hold."""
        variables = self.state.tainted.values()
        flows = [item.value.flows for item in variables if item.exported or not exported_only]
        return merged(*flows, self.world.anywhere)

    # --- what is found -------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """Count a command."""
        self.steps -= count
        if self.steps < 0:
            raise OutOfStepsError

    def blind(self, span: Span, words: str) -> None:
        """Note where the script cannot be followed."""
        place = self.frame.place(span)
        self.report.blind.setdefault(place, Blind(place, words))

    def leak(self, kind: str, span: Span, words: str, flows: Flows, *, certain: bool = True) -> None:
        """Note a leak."""
        if flows:
            sink = self.frame.place(span)
            place = flows[0].entered or sink
            there = None if place == sink else sink
            self.report.leak(Leak(kind, place, words, flows, certain and self.sure, sink=there))

    def say(self, value: Value, span: Span, words: str, *, to: str = "1", certain: bool = True) -> None:
        """Write to a descriptor; a secret that the log gets is a leak."""
        if write(self, self.descriptor(to), value, self.frame.place(span)):
            self.report.outputs += 1
            self.leak("output", span, words, value.flows, certain=certain)

    def complain(self, value: Value, span: Span) -> None:
        """Write to standard error."""
        self.say(value, span, "the shell prints {} in an error message", to="2")

    # --- control flow ----------------------------------------------------------------------------------

    def choose(self, *ways: Callable[[], Call[Status]]) -> Call[Status]:
        """Follow each way from this state, and join what they lead to."""
        ends: list[Changes] = []
        statuses: set[Status] = set()
        for way in ways:
            mark = self.state.mark()
            status: Status = yield way()
            if self.state.alive:
                ends.append(self.state.changes(mark))
                statuses.add(status)
            self.state.undo(mark)
            self.state.alive = True
        self.state.merge(ends)
        return statuses.pop() if len(statuses) == 1 else None

    @contextmanager
    def scope(self, kind: str, name: str = "") -> Iterator[Scope]:
        """Something that jumps may end, from a mark on; the caller ends the branch."""
        scope = Scope(kind, self.state.mark(), name=name)
        self.scopes.append(scope)
        try:
            yield scope
        finally:
            self.scopes.pop()

    def jump(self, kind: str, *, onward: bool = False, levels: int = 1) -> None:
        """Leave the innermost scope of a kind, or go on with the next round of a loop.

        With more `levels` than there are loops, the outermost loop is left.
        """
        target: Scope | None = None
        for scope in reversed(self.scopes):
            if scope.kind == kind and levels > 0:
                target, levels = scope, levels - 1
            elif scope.kind == "process" or (scope.kind == "function" and target is not None):
                target = target or scope
                break
        if target is not None:
            landed = target.continued if onward and target.kind == kind else target.landed
            landed.append(self.state.changes(target.mark))
        self.state.alive = False

    def nearest(self, *kinds: str) -> str:
        """The kind of the innermost scope of some kinds; empty where there is none."""
        return next((scope.kind for scope in reversed(self.scopes) if scope.kind in kinds), "")

    def process(self, body: Callable[[], Call[Status]]) -> Call[Status]:
        """Follow something in a process of its own: only files and streams remember it."""
        frame, shell = self.frame, self.shell
        with self.scope("process") as scope:
            for name, _ in self.state.of_kind("trap"):
                self.state.set(Key("trap", name), None)
            status: Status = yield body()
            if self.state.alive:
                yield nested.run_exit_trap(self)
            ends = [*scope.landed, *([self.state.changes(scope.mark)] if self.state.alive else [])]
            self.state.undo(scope.mark)
        self.state.merge([persistent(end) for end in ends])
        self.state.alive = True
        self.frame, self.shell = frame, shell
        return None if scope.landed else status

    def captured(self, body: Callable[[], Call[Status]]) -> Call[Value]:
        """What something prints on standard output, followed in a process of its own."""
        name = self.stream()

        def inner() -> Call[Status]:
            self.set_descriptor("1", frozenset({Target("stream", name)}))
            status: Status = yield body()
            return status

        yield self.process(inner)
        found: Value = self.state.get(Key("stream", name))
        self.state.set(Key("stream", name), None)
        return found

    def stream(self) -> str:
        """A name for a new stream."""
        self._serial += 1
        return str(self._serial)

    def substitution(self, part: Substitution) -> Call[Value]:
        """What stands for `$(...)`, or the path that stands for `<(...)`."""
        place = self.frame.place(part.span)
        if part.form == ">(":
            return constant("/dev/stdout")  # what is written there, the command most likely prints
        value: Value = yield self.captured(lambda: statements.run_all(self, part.body))
        value = value.with_hop(place, "is the output of a command")
        if part.form == "<(":
            path = f"/dev/fd/substitution-{self.stream()}"
            self.state.set(Key("file", path), Stored(value, True))
            return constant(path)
        return value.mapped(lambda skeleton: skeleton.rstrip("\n"))


def shown(skeleton: str) -> str:
    """A text that may have holes, fit for a message."""
    return skeleton.replace(UNKNOWN, "…").replace(SECRET, "…")[:60]


def secret_of(name: str, at: object) -> Value:
    """A value that is wholly one secret."""
    return secret((Flow(Secret(name, at)),))
