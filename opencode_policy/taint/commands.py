"""Simple commands: assignments, redirections, and what the command's name stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from opencode_policy.lean import replace
from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import public
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Assignment, Command
from opencode_policy.shell.wrappers import base_name, unwrap
from opencode_policy.taint.cells import NO_CANDIDATE, OFF, UNSET, Definition, Key, Status, Variable
from opencode_policy.taint.invocation import TRANSPARENT, Invocation
from opencode_policy.taint.report import Leak
from opencode_policy.taint.streams import read, redirect, write
from opencode_policy.taint.values import (
    NOTHING,
    Flows,
    Value,
    altered,
    collapsed,
    concatenated,
    joined,
    merged,
    secret,
)
from opencode_policy.taint.words import Argument, Argv, argvs_of, positional_of, value_of

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

_MOST_WORDS = 50
"""Words of its input that `xargs` is followed with."""
_RECURSIONS = 3
"""How often a function may be inside itself before it is followed no further."""

# Variables set before these stay set (POSIX 2.14, special built-ins), unless bash goes its own way.
_SPECIAL = frozenset(
    {":", ".", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "trap", "unset"}
)


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
    if switches == {OFF}:
        return
    flows = merged(flows, _prompt_flows(machine))
    if not flows:
        return
    chosen = machine.variable("BASH_XTRACEFD")
    number = chosen.value.known if machine.shell == "bash" and chosen.unset is False else None
    place = machine.frame.place(span)
    if write(machine, machine.descriptor(number or "2"), secret(flows), place):
        for switch in switches:
            if switch is not None:
                words = "tracing prints {} to the log"
                machine.report.leak(Leak("trace", place, words, flows, switch.certain, switch))


def _prompt_flows(machine: Machine) -> Flows:
    """Secrets in variables that PS4 names: it is expanded before each line of a trace."""
    prompt = machine.variable("PS4").value.known
    names = re.findall(r"\$\{?(\w+)", prompt) if prompt else []
    return merged(*(machine.variable(name).value.flows for name in names))


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


def invoke(machine: Machine, argv: Argv, span: Span, *, external: bool = False) -> Call[Status]:
    """Run what an argument list names; `external` tells that no shell stands between."""
    aliased: tuple[Value, ...] = machine.state.get(Key("alias", argv[0].skeleton))
    if aliased and not external and machine.shell != "bash":
        words = tuple(Argument(altered(aliased[0].texts[0], word), argv[0].span)
                      for word in aliased[0].texts[0].skeleton.split())  # fmt: skip
        argv = (*words, *argv[1:]) if words and words[0].skeleton != argv[0].skeleton else argv
    call = unwrapped(machine, argv, span)
    if external:
        call = replace(call, external=True)
    changes = _environment_changes(call)
    if changes is not None:
        status: Status = yield machine.process(lambda: _in_environment(call, changes))
    else:
        status = yield _invoke(call)
    if machine.state.alive and call.replaces and call.args + call.whole[1:]:
        machine.jump("process")
    return status


def _invoke(call: Invocation) -> Call[Status]:
    machine = call.machine
    definitions: tuple[Definition | None, ...] = NO_CANDIDATE
    if not call.wrappers and not call.external:
        definitions = machine.state.get(Key("function", call.name))
    ways: list[Callable[[], Call[Status]]] = [
        partial(_dispatch, call) if item is None else partial(call_function, machine, item, call)
        for item in definitions
    ]
    status: Status = yield (ways[0]() if len(ways) == 1 else machine.choose(*ways))
    return status


def unwrapped(machine: Machine, argv: Argv, span: Span) -> Invocation:
    """Take wrappers such as `env` or `timeout` off."""
    found = unwrap([public(argument.skeleton) for argument in argv])
    places = [index for _, index in found.items]
    name = argv[places[0]].skeleton if places else argv[0].skeleton
    args = tuple(argv[index] for index in places[1:]) if places else argv[1:]
    wrappers = found.wrappers if places else ()
    if not places and len(found.wrappers) > 1:  # `timeout 5 env`: the last one is what is run
        last = max(i for i, item in enumerate(argv) if base_name(item.skeleton) == found.wrappers[-1])
        name, args, wrappers = argv[last].skeleton, argv[last + 1 :], found.wrappers[:-1]
    external = any(wrapper not in TRANSPARENT or wrapper == "exec" for wrapper in wrappers)
    added: Argv = ()
    if "xargs" in wrappers:
        args, added = _from_input(machine, argv, args, span)
    return Invocation(machine, name, args, argv, span, wrappers, external, added)


_ENV_OPTION = re.compile(r"-i|-|--ignore-environment|-u(.*)|--unset=(.*)")


def _environment_changes(call: Invocation) -> list[tuple[str, Value | None]] | None:
    """What `env` changes in the environment of the command behind it; an empty name clears all of it."""
    if "env" not in call.wrappers:
        return None
    before = call.whole[: len(call.whole) - len(call.args) - 1]
    found: list[tuple[str, Value | None]] = []
    for argument, following in zip(before, [*before[1:], None], strict=True):
        text = argument.skeleton
        option = _ENV_OPTION.fullmatch(text)
        name, sign, value = text.partition("=")
        if option is not None:
            given = option[1] or option[2]
            alone = text == "-u" and following is not None
            found.append((following.skeleton if alone and following else given or "", None))
        elif sign and name.isidentifier():
            found.append((name, Value((altered(argument.text, value),))))
    return found or None


def _in_environment(call: Invocation, changes: list[tuple[str, Value | None]]) -> Call[Status]:
    machine = call.machine
    for name, value in changes:
        if value is not None:
            machine.assign(name, value.with_hop(call.place, f"becomes {name}"), exported=True)
        elif name:
            machine.state.set(Key("variable", name), UNSET)
        else:
            for known, _ in machine.state.of_kind("variable"):
                machine.state.set(Key("variable", known), UNSET)
    status: Status = yield _invoke(replace(call, whole=call.whole))
    return status


def _from_input(machine: Machine, argv: Argv, args: Argv, span: Span) -> tuple[Argv, Argv]:
    """The arguments that `xargs` makes of what it reads: at the end, or with `-I` where a mark stands."""
    value = read(machine)
    mark = _mark([argument.skeleton for argument in argv[: len(argv) - len(args)]])
    if mark is None:
        parts = [altered(text, word) for text in value.texts for word in text.skeleton.split()]
        words = [Argument(part, span) for part in parts]
        return args, tuple(words[:_MOST_WORDS])
    text = collapsed(value).texts[0]
    placed = [Argument(text, item.span) if mark in item.skeleton else item for item in args]
    return tuple(placed), ()


def _mark(options: list[str]) -> str | None:
    """The mark that `xargs -I mark` replaces."""
    for option, following in zip(options, [*options[1:], ""], strict=True):
        if option.startswith("-I"):
            return option[2:] or following
        if option.startswith(("-i", "--replace")):
            return option.partition("=")[2] or "{}"
    return None


def _dispatch(call: Invocation) -> Call[Status]:
    from opencode_policy.taint.builtins.table import BUILTINS
    from opencode_policy.taint.programs.start import run_program

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
        for key, cell in scope.locals.items():
            machine.state.set(key, cell)
    return statuses.pop() if len(statuses) == 1 else None
