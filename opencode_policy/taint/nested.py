"""Text that is run as a script: by `eval`, a trap, `.`, and by a shell that is started."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes, public
from opencode_policy.shell.interpreter import Interpreter, interpreter, shebang
from opencode_policy.shell.script import Parsed, parse_derived, parse_script
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.taint import statements
from opencode_policy.taint.cells import (
    NO_CANDIDATE,
    OFF,
    Frame,
    Handler,
    Key,
    Positional,
    Status,
    Switch,
    Target,
    Variable,
)
from opencode_policy.taint.values import Flows, Text, Value, constant, secret
from opencode_policy.taint.world import File

if TYPE_CHECKING:
    from opencode_policy.taint.invocation import Invocation
    from opencode_policy.taint.machine import Machine

_MOST_NESTED = 12
"""Texts that run inside one another; a script that starts itself is followed so far."""


def run_text(call: Invocation, value: Value, how: str, at: Span | None = None) -> Call[Status]:
    """Run a text in this shell."""
    ways: list[Callable[[], Call[Status]]] = [
        partial(_run_one, call.machine, text, how, at or call.span) for text in value.texts
    ]
    status: Status = yield (ways[0]() if len(ways) == 1 else call.machine.choose(*ways))
    return status


def _run_one(machine: Machine, text: Text, how: str, span: Span) -> Call[Status]:
    if _is_opaque(text.skeleton):
        machine.blind(span, f"what {how} runs is not known")
        return None
    place = machine.frame.place(span)
    parsed = parse_derived(text.skeleton, Offsets())
    frame = Frame(place.document, place.span, text.flows)
    status: Status = yield run_parsed(machine, parsed, frame, "source" if how == "." else how)
    return status


def _is_opaque(skeleton: str) -> bool:
    """Whether the first command of a text is not known: then nothing is known of it."""
    first = skeleton.split(maxsplit=1)[:1]
    return bool(first) and first[0].startswith((UNKNOWN, SECRET))


def run_parsed(machine: Machine, parsed: Parsed, frame: Frame, kind: str) -> Call[Status]:
    """Run statements of another text in this shell."""
    if sum(scope.kind in ("source", "text") for scope in machine.scopes) >= _MOST_NESTED:
        return None
    outer = machine.frame
    machine.frame = frame
    with machine.scope("source" if kind == "source" else "text") as scope:
        status: Status = yield statements.run_all(machine, parsed.statements)
        ends = [*scope.landed, *([machine.state.changes(scope.mark)] if machine.state.alive else [])]
        machine.state.undo(scope.mark)
    machine.frame = outer
    machine.state.merge(ends)
    return None if scope.landed else status


def source_file(call: Invocation) -> Call[Status]:
    """`. file`: a file of the tree is followed; one that holds a secret sets variables of unknown names."""
    machine = call.machine
    if not call.args:
        return None
    path = call.args[0].skeleton
    known = None if has_holes(path) else machine.world.read(path)
    written = machine.state.get(Key("file", machine.path(path)))
    if known is not None and written.written is None:
        parsed = parse_script(known.text)
        status: Status = yield run_parsed(machine, parsed, Frame(known.document), "source")
        return status
    content: Value = written.value
    if content.flows and machine.options("v") != {OFF}:
        machine.leak("output", call.span, "set -v prints {} while it is read in", content.flows)
    if any(text.skeleton in (SECRET, UNKNOWN) for text in content.texts):
        _sourced(call, content.flows)
        return None
    status = yield run_text(call, content, ".", at=call.args[0].span)
    return status


def _sourced(call: Invocation, flows: Flows) -> None:
    machine = call.machine
    if not flows:
        machine.blind(call.span, "the file that is read in is not in the tree")
        return
    hopped = secret(flows).with_hop(machine.frame.place(call.span), "is read in by the shell").flows
    before: Flows = machine.state.get(Key("sourced", ""))
    machine.state.set(Key("sourced", ""), tuple(dict.fromkeys((*before, *hopped))))


def leave(machine: Machine) -> Call[None]:
    """`exit`: run the EXIT trap, then end the process."""
    yield run_exit_trap(machine)
    if machine.state.alive:
        note_tracing(machine)
        machine.jump("process")


def run_exit_trap(machine: Machine) -> Call[None]:
    """What a trap on EXIT runs, if there is one; before that, what other traps may have run by now."""
    traps: list[tuple[str, tuple[Handler | None, ...]]] = machine.state.of_kind("trap")
    for name, handlers in traps:
        machine.state.set(Key("trap", name), NO_CANDIDATE)
        for handler in handlers if name != "EXIT" else ():
            if handler is not None:
                yield run_handler(machine, handler, certain=name in ("DEBUG", "ERR", "RETURN"))
    for name, handlers in traps:
        if name == "EXIT" and handlers != NO_CANDIDATE:
            ways = [way for handler in handlers for way in _ways(machine, handler)]
            yield (ways[0]() if len(ways) == 1 else machine.choose(*ways))


def run_handler(machine: Machine, handler: Handler, *, certain: bool) -> Call[None]:
    """What a trap may run now; it may as well not."""
    sure, machine.sure = machine.sure, machine.sure and certain
    yield machine.choose(_nothing, *_ways(machine, handler))
    machine.sure = sure


def _ways(machine: Machine, handler: Handler | None) -> list[Callable[[], Call[Status]]]:
    if handler is None:
        return [_nothing]
    return [partial(_run_trap, machine, handler, text) for text in handler.command.texts]


def _nothing() -> Call[Status]:
    return None
    yield


def _run_trap(machine: Machine, handler: Handler, text: Text) -> Call[Status]:
    frame = Frame(handler.place.document, handler.place.span, text.flows)
    if _is_opaque(text.skeleton):
        return None
    status: Status = yield run_parsed(machine, parse_derived(text.skeleton, Offsets()), frame, "trap")
    return status


def note_tracing(machine: Machine) -> None:
    """A process ends: note what still traces it while there are secrets it could show."""
    logged = Target("log") in machine.descriptor("2")
    if logged and (machine.world.secret_paths or machine.all_flows(exported_only=False)):
        for switch in machine.options("x"):
            if switch is not None:
                machine.report.tracing[switch] = None


def startup(machine: Machine, span: Span) -> Call[None]:
    """Bash reads the file that BASH_ENV names before a script."""
    path = machine.variable("BASH_ENV")
    known = path.value.known
    if not path.exported or machine.shell not in ("sh", "bash") or known in ("", "/dev/null"):
        return
    file = machine.world.read(known) if known else None
    stored = machine.state.get(Key("file", machine.path(known))) if known else None
    if stored is not None and stored.written is not None:
        frame = Frame(stored.written.document, stored.written.span)
        yield run_parsed(machine, parse_derived(stored.value.texts[0].skeleton, Offsets()), frame, "source")
    elif file is None:
        machine.blind(span, "the file that BASH_ENV names is not in the tree")
    else:
        yield run_parsed(machine, parse_script(file.text), Frame(file.document), "source")


# --- shells that are started -------------------------------------------------------------------------


def run_shell(call: Invocation) -> Call[Status]:
    """A shell is started: with a text, a file, or a script on its standard input."""
    machine = call.machine
    argv = [public(text) for text in (call.name, *call.texts)]
    shell = interpreter(argv)
    if shell is None:
        return None
    arguments = (Text(call.name), *(argument.text for argument in call.args))
    rest = [Value((text,)) for text in arguments[shell.arguments_at :]]
    if shell.inline_at is not None:
        text = arguments[shell.inline_at]
        name, rest = (rest[0], rest[1:]) if rest else (constant(shell.shell), rest)
        status: Status = yield _in_process(
            call, shell, name, rest, lambda: _run_one(machine, text, "sh -c", _at(call, shell.inline_at))
        )
    elif shell.path_at is not None:
        status = yield _run_file(call, shell, arguments[shell.path_at], rest)
    else:
        script = call.stdin()
        status = yield _in_process(
            call, shell, constant(shell.shell), rest, lambda: run_text(call, script, shell.shell)
        )
    return status


def _at(call: Invocation, index: int | None) -> Span:
    return call.args[index - 1].span if index else call.span


def _run_file(call: Invocation, shell: Interpreter | None, path: Text, rest: list[Value]) -> Call[Status]:
    machine = call.machine
    file = machine.world.read(path.skeleton) if not has_holes(path.skeleton) else None
    stored = machine.state.get(Key("file", machine.path(path.skeleton)))
    name = Value((path,))
    if file is not None and stored.written is None:
        known: File = file
        parsed = parse_script(known.text)
        status: Status = yield _in_process(
            call, shell or shebang(known.text), name, rest,
            lambda: run_parsed(machine, parsed, Frame(known.document), "source"))  # fmt: skip
        return status
    if stored.written is not None:
        first = shell or shebang(stored.value.texts[0].skeleton)
        status = yield _in_process(call, first, name, rest, lambda: run_text(call, stored.value, "sh"))
        return status
    if shell is not None:
        machine.blind(call.span, "the script that is run is not in the tree")
        if machine.world.secret_paths or machine.all_flows(exported_only=True):
            machine.report.tracing.update(dict.fromkeys(_switches(machine, shell, call)))
    return None


def run_path(call: Invocation) -> Call[Status]:
    """A program by its path: perhaps a script of the tree."""
    rest = [Value((argument.text,)) for argument in call.args]
    text = next((argument.text for argument in call.whole if argument.skeleton == call.name), Text(call.name))
    status: Status = yield _run_file(call, None, text, rest)
    return status


def _in_process(
    call: Invocation,
    shell: Interpreter | None,
    name: Value,
    arguments: list[Value],
    body: Callable[[], Call[Status]],
) -> Call[Status]:
    """Run a script in a new shell: it has the exported variables and nothing else of this one."""
    machine = call.machine

    def inside() -> Call[Status]:
        _fresh(machine, shell, call, name, arguments)
        yield startup(machine, call.span)
        status: Status = yield body()
        if machine.state.alive:
            yield run_exit_trap(machine)
        if machine.state.alive and call.replaces:
            note_tracing(machine)
        return status

    nested = sum(scope.name == "shell" for scope in machine.scopes)
    if nested >= _MOST_NESTED:
        return None
    status: Status = yield machine.process(inside)
    return status


def _fresh(
    machine: Machine, shell: Interpreter | None, call: Invocation, name: Value, arguments: list[Value]
) -> None:
    machine.scopes[-1].name = "shell"
    state = machine.state
    for variable, cell in state.of_kind("variable"):
        if not cell.exported:
            state.set(Key("variable", variable), None)
    exported = {item for item, cell in state.of_kind("exported") if cell}
    for kind in ("function", "trap", "option", "alias"):
        for item, _ in state.of_kind(kind):
            if kind != "function" or item not in exported:
                state.set(Key(kind, item), None)
    machine.step(len(arguments) + 1)
    state.set(Key("variable", "0"), Variable(name))
    state.set(Key("positional", ""), Positional(tuple(arguments)))
    if shell is not None:
        machine.shell = shell.shell
        _started(machine, shell, call)


def _switches(machine: Machine, shell: Interpreter, call: Invocation) -> list[Switch]:
    """What makes a shell trace from its start."""
    place = machine.frame.place(call.span)
    switches: list[Switch] = []
    if shell.trace:
        switches.append(Switch(place, f"the option -x of {shell.shell}"))
    elif not shell.certain:
        switches.append(Switch(place, f"an unknown option of {shell.shell}", certain=False))
    inherited = machine.variable("SHELLOPTS")
    if inherited.exported and any("xtrace" in text for text in inherited.value.skeletons):
        switches.append(Switch(place, "SHELLOPTS", certain=shell.shell == "bash"))
    return switches


def _started(machine: Machine, shell: Interpreter, call: Invocation) -> None:
    """Options that the shell starts with."""
    switches = _switches(machine, shell, call)
    if switches:
        keep = [] if switches[0].certain else [OFF]
        state = machine.state
        state.set(Key("option", "x"), frozenset([*switches, *keep]))
        machine.report.switched.update(dict.fromkeys(switches))
