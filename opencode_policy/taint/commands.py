"""Simple commands: assignments, redirections, and what the command's name stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import public
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Assignment, Command
from opencode_policy.shell.wrappers import unwrap
from opencode_policy.taint.cells import NO_CANDIDATE, OFF, Definition, Key, Target, Variable
from opencode_policy.taint.report import Leak
from opencode_policy.taint.streams import read, redirect
from opencode_policy.taint.values import (
    NOTHING,
    Flows,
    Value,
    collapsed,
    concatenated,
    joined,
    merged,
)
from opencode_policy.taint.words import Argument, Argv, argvs_of, positional_of, value_of

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine, Status

TRANSPARENT = frozenset({"command", "builtin", "exec", "time"})
"""Wrappers that are no program of their own."""

_RECURSIONS = 3
"""How often a function may be inside itself before it is followed no further."""

# Variables set before these stay set (POSIX 2.14, special built-ins), unless bash goes its own way.
_SPECIAL = frozenset(
    {":", ".", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "trap", "unset"}
)


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command that is run: `args` are its arguments behind the name, wrappers taken off.

    `whole` are all arguments as written, `added` those that `xargs` adds; `external` tells that a program is
    started, whose arguments every process of the container can see.
    """

    machine: Machine
    name: str
    args: Argv
    whole: Argv
    span: Span
    wrappers: tuple[str, ...] = ()
    external: bool = False
    added: Argv = ()

    @property
    def texts(self) -> list[str]:
        return [argument.skeleton for argument in self.args]

    @property
    def flows(self) -> Flows:
        """Secrets in the arguments."""
        return merged(*(argument.text.flows for argument in (*self.args, *self.added)))

    @property
    def replaces(self) -> bool:
        """Whether the shell becomes this command and does not come back."""
        return "exec" in self.wrappers

    def stdin(self) -> Value:
        return read(self.machine)

    def say(self, value: Value, words: str, *, at: Span | None = None, certain: bool = True) -> None:
        """Print on standard output."""
        self.machine.say(value, at or self.span, words, certain=certain)


def run_command(machine: Machine, node: Command) -> Call[Status]:
    """Run a simple command."""
    machine.step()
    machine.report.commands += 1
    if not node.words:
        status: Status = yield _assignments_only(machine, node)
        return status
    argvs: list[Argv] = yield argvs_of(machine, node.words)
    assigned: list[tuple[str, Value]] = yield _evaluated(machine, node.assignments)
    flows = merged(*(arg.text.flows for argv in argvs for arg in argv), *(v.flows for _, v in assigned))
    trace_words(machine, flows, node.span)
    if len(argvs) == 1:
        status = yield _run(machine, node, argvs[0], assigned)
    else:
        ways: list[Callable[[], Call[Status]]] = [
            partial(_run, machine, node, argv, assigned) for argv in argvs
        ]
        status = yield machine.choose(*ways)
    return status


def trace_words(machine: Machine, flows: Flows, span: Span) -> None:
    """If the shell may be tracing, what it traces goes to its standard error.

    Simple commands are traced as they were expanded; of `case` and `for` bash shows what is written.
    """
    switches = machine.options("x")
    if not flows or switches == {OFF} or Target("log") not in machine.descriptor("2"):
        return
    for switch in switches:
        if switch is not None:
            words = "tracing prints {} to the log"
            place = machine.frame.place(span)
            machine.report.leak(Leak("trace", place, words, flows, switch.certain, switch))


def _assignments_only(machine: Machine, node: Command) -> Call[Status]:
    saved = machine.descriptors
    yield redirect(machine, node.redirects)
    assigned: list[tuple[str, Value]] = yield _evaluated(machine, node.assignments)
    trace_words(machine, merged(*(value.flows for _, value in assigned)), node.span)
    machine.restore_descriptors(saved)
    for assignment, (name, value) in zip(node.assignments, assigned, strict=True):
        yield assign(machine, assignment, name, value)
    return None if node.redirects or any(_runs(item) for item in node.assignments) else True


def _runs(assignment: Assignment) -> bool:
    """Whether an assignment may fail, since a command's output is assigned."""
    parts = assignment.value.parts if assignment.value else ()
    return any(type(part).__name__ == "Substitution" for part in parts)


def _evaluated(machine: Machine, assignments: tuple[Assignment, ...]) -> Call[list[tuple[str, Value]]]:
    found: list[tuple[str, Value]] = []
    for item in assignments:
        words = [item.value] if item.value else list(item.elements or ())
        values: list[Value] = []
        for word in words:
            values += ((yield value_of(machine, word)),)
        value = values[0] if item.value else joined(values) if values else NOTHING
        found.append((item.name, value.with_hop(machine.frame.place(item.span), f"becomes {item.name}")))
    return found


def assign(machine: Machine, item: Assignment, name: str, value: Value) -> Call[None]:
    """Carry out an assignment whose value is known."""
    before = machine.variable(name)
    if item.elements is not None:
        ways: list[Argv] = yield argvs_of(machine, item.elements)
        elements = tuple(Value((argument.text,)) for argument in ways[0]) if len(ways) == 1 else None
        if item.append:
            elements = (*before.elements, *elements) if before.elements and elements else None
            value = joined([before.value, value])
        hop = machine.frame.place(item.span)
        named = None if elements is None else tuple(e.with_hop(hop, f"becomes {name}") for e in elements)
        machine.state.set(Key("variable", name), Variable(value, before.exported, False, named))
    elif item.indexed:
        machine.state.set(
            Key("variable", name), Variable(joined([before.value, value]), before.exported, False)
        )
    elif item.append:
        machine.assign(name, concatenated([before.value, value]))
    else:
        machine.assign(name, value)


def _run(machine: Machine, node: Command, argv: Argv, assigned: list[tuple[str, Value]]) -> Call[Status]:
    saved = machine.descriptors
    yield redirect(machine, node.redirects)
    if not argv:
        for name, value in assigned:
            machine.assign(name, value)
        status: Status = None
    else:
        status = yield _with_variables(machine, node, argv, assigned)
    opened_for_good = argv and argv[0].skeleton == "exec" and len(argv) == 1
    if machine.state.alive and not opened_for_good:
        machine.restore_descriptors(saved)
    return status


def _with_variables(
    machine: Machine, node: Command, argv: Argv, assigned: list[tuple[str, Value]]
) -> Call[Status]:
    """Run with the variables that stand before the name, which the command alone sees."""
    before = [(name, machine.variable(name)) for name, _ in assigned]
    for name, value in assigned:
        machine.assign(name, value, exported=True)
    status: Status = yield invoke(machine, argv, node.span)
    if machine.state.alive and (machine.shell == "bash" or argv[0].skeleton not in _SPECIAL):
        for name, variable in before:
            machine.state.set(Key("variable", name), variable)
    return status


def invoke(machine: Machine, argv: Argv, span: Span) -> Call[Status]:
    """Run what an argument list names."""
    call = unwrapped(machine, argv, span)
    definitions: tuple[Definition | None, ...] = NO_CANDIDATE
    if not call.wrappers:
        definitions = machine.state.get(Key("function", call.name))
    ways: list[Callable[[], Call[Status]]] = [
        partial(_dispatch, call) if item is None else partial(call_function, machine, item, call)
        for item in definitions
    ]
    status: Status = yield (ways[0]() if len(ways) == 1 else machine.choose(*ways))
    if machine.state.alive and call.replaces and call.args + call.whole[1:]:
        machine.jump("process")
    return status


def unwrapped(machine: Machine, argv: Argv, span: Span) -> Invocation:
    """Take wrappers off; assignments of `env` are set for what it runs, and stay (it is a process)."""
    found = unwrap([public(argument.skeleton) for argument in argv])
    places = [index for _, index in found.items]
    name = argv[places[0]].skeleton if places else argv[0].skeleton
    args = tuple(argv[index] for index in places[1:]) if places else argv[1:]
    wrappers = found.wrappers if places else ()
    external = any(wrapper not in TRANSPARENT for wrapper in wrappers)
    if "exec" in wrappers:
        external = True
    added: Argv = ()
    if "xargs" in wrappers:
        args, added = _from_input(machine, argv, args, span)
    return Invocation(machine, name, args, argv, span, wrappers, external, added)


def _from_input(machine: Machine, argv: Argv, args: Argv, span: Span) -> tuple[Argv, Argv]:
    """The arguments that `xargs` makes of what it reads: at the end, or with `-I` where a mark stands."""
    value = read(machine)
    if not value.flows:
        return args, ()
    text = collapsed(value).texts[0]
    mark = _mark([argument.skeleton for argument in argv[: len(argv) - len(args)]])
    if mark is None:
        return args, (Argument(text, span),)
    placed = [Argument(text, item.span) if mark in item.skeleton else item for item in args]
    return tuple(placed), tuple(item for item in placed if item.text is text)


def _mark(options: list[str]) -> str | None:
    """The mark that `xargs -I mark` replaces."""
    for option, following in zip(options, [*options[1:], ""], strict=True):
        if option.startswith("-I"):
            return option[2:] or following
        if option.startswith(("-i", "--replace")):
            return option.partition("=")[2] or "{}"
    return None


def _dispatch(call: Invocation) -> Call[Status]:
    from opencode_policy.taint.builtins import BUILTINS
    from opencode_policy.taint.programs import run_program

    handler = None if call.external else BUILTINS.get(call.name)
    if handler is None:
        status: Status = yield run_program(replace(call, external=True))
    else:
        status = yield handler(call)
    return status


def _passed(machine: Machine, argument: Argument, name: str) -> Value:
    place = machine.frame.place(argument.span)
    return Value((argument.text,)).with_hop(place, f"is an argument of {name}", passed=True)


def call_function(machine: Machine, definition: Definition, call: Invocation) -> Call[Status]:
    """Follow a function with the arguments of this call."""
    from opencode_policy.taint import statements
    from opencode_policy.taint.machine import DEEPEST

    function = definition.function
    inside = [scope.name for scope in machine.scopes if scope.kind == "function"]
    if inside.count(function.name) >= _RECURSIONS or len(inside) >= DEEPEST:
        return None
    values = tuple(_passed(machine, argument, function.name) for argument in call.args)
    outer, frame = machine.positional, machine.frame
    with machine.scope("function", function.name) as scope:
        machine.state.set(Key("positional", ""), positional_of(values, call.args))
        machine.frame = definition.frame
        status: Status = yield statements.run(machine, function.body)
        statuses = {*scope.statuses, *([status] if machine.state.alive else [])}
        ends = [*scope.landed, *([machine.state.changes(scope.mark)] if machine.state.alive else [])]
        machine.state.undo(scope.mark)
    machine.frame = frame
    machine.state.merge(ends)
    if machine.state.alive:
        machine.state.set(Key("positional", ""), outer)
        for name, variable in scope.locals.items():
            machine.state.set(Key("variable", name), variable)
    return statuses.pop() if len(statuses) == 1 else None
