"""Follow a script from its first line: the entrance to this package."""

from __future__ import annotations

from opencode_policy.lean import dataclass, replace
from opencode_policy.shell.calls import Call, run
from opencode_policy.shell.interpreter import SHELLS, Interpreter
from opencode_policy.shell.reader import Fault
from opencode_policy.shell.script import Parsed, parse_derived, parse_script
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint import statements
from opencode_policy.taint.cells import OFF, Frame, Key, Positional, Status, Switch, Variable
from opencode_policy.taint.commands import unwrapped
from opencode_policy.taint.machine import Machine, OutOfStepsError
from opencode_policy.taint.nested import note_tracing, run_exit_trap, startup
from opencode_policy.taint.programs.start import check_arguments, run_program
from opencode_policy.taint.report import Report
from opencode_policy.taint.values import Flows, Place, constant
from opencode_policy.taint.words import Argv
from opencode_policy.taint.world import World

STEPS_PER_CHARACTER = 4
FEWEST_STEPS = 40_000
"""Commands that are followed at most: so many, and so many more for each character of the script."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a script: where it is no valid shell, and what following it brought to light.

    `given_up` is the reason why it was not followed to its end, if it was not.
    """

    errors: tuple[Fault, ...]
    report: Report
    given_up: str = ""


def follow(
    text: str,
    world: World,
    document: object = None,
    shell: Interpreter | None = None,
    *,
    origin: Offsets | None = None,
    holes: Flows = (),
    started_at: Place | None = None,
) -> Followed:
    """Follow a script in a world. Time grows linearly with the text.

    A text with holes has an `origin` that maps it to what was written; `holes` are the flows of its secret
    ones. `shell` is the shell that runs it, `started_at` the place that says so.
    """
    parsed: Parsed = parse_script(text) if origin is None else parse_derived(text, origin)
    report = Report()
    machine = Machine(world, report, FEWEST_STEPS + STEPS_PER_CHARACTER * len(text))
    _prepare(machine, shell, started_at or Place(document, Span(0, 0)))
    machine.frame = Frame(document, None, holes)
    try:
        run(_whole(machine, parsed))
    except OutOfStepsError:
        return Followed(parsed.errors, report, "there are more ways through the script than can be followed")
    return Followed(parsed.errors, report)


def _prepare(machine: Machine, shell: Interpreter | None, place: Place) -> None:
    world, state = machine.world, machine.state
    for name, value in world.variables.items():
        state.set(Key("variable", name), Variable(value, exported=True))
    state.set(Key("variable", "0"), Variable(constant(world.name)))
    state.set(Key("positional", ""), Positional(tuple(world.arguments)))
    if shell is not None:
        machine.shell = shell.shell
    switches = _switches(machine, shell, place)
    if switches:
        state.set(Key("option", "x"), switches)
        machine.report.switched.update(dict.fromkeys(item for item in switches if item is not None))
    if shell is not None and "v" in shell.options:
        state.set(Key("option", "v"), frozenset({Switch(place, f"{shell.shell} -v")}))


def _switches(machine: Machine, shell: Interpreter | None, place: Place) -> frozenset[Switch | None]:
    """What makes the shell trace from its start."""
    found: set[Switch | None] = set()
    if shell is not None and shell.trace:
        found.add(Switch(place, f"the option -x of {shell.shell}"))
    inherited = machine.variable("SHELLOPTS")
    if inherited.exported and any("xtrace" in text for text in inherited.value.skeletons):
        found.add(Switch(place, "SHELLOPTS", certain=machine.shell == "bash"))
    if found and not any(item is not None and item.certain for item in found):
        found.add(OFF)
    return frozenset(found)


def _whole(machine: Machine, parsed: Parsed) -> Call[Status]:
    def body() -> Call[Status]:
        yield startup(machine, Span(0, 0))
        status: Status = yield statements.run_all(machine, parsed.statements)
        if machine.state.alive:
            yield run_exit_trap(machine)
        if machine.state.alive:
            note_tracing(machine)
        return status

    status: Status = yield machine.process(body)
    return status


def follow_program(world: World, argv: Argv) -> Followed:
    """Follow a program by its arguments: a container's own command, say.

    Spans of the arguments are what the caller places them by; of a shell only its arguments are looked at.
    """
    report = Report()
    if not argv:
        return Followed((), report)
    machine = Machine(world, report, FEWEST_STEPS)
    _prepare(machine, None, Place(None, Span(0, 0)))
    machine.report.switched.clear()
    machine.state.set(Key("option", "x"), None)
    run(_program(machine, argv))
    return Followed((), report)


def _program(machine: Machine, argv: Argv) -> Call[Status]:
    call = unwrapped(machine, argv, argv[0].span)
    if base_name(call.name) in SHELLS:
        check_arguments(call)
        return None
    status: Status = yield machine.process(lambda: run_program(replace(call, external=True)))
    return status
