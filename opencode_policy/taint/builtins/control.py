"""Commands that change where the shell goes on."""

from __future__ import annotations

from opencode_policy.shell.calls import Call
from opencode_policy.taint.cells import NO_CANDIDATE, Handler, Key, Positional, Status
from opencode_policy.taint.invocation import Invocation, done, joined_by_blanks, value_of_argument
from opencode_policy.taint.nested import leave, run_handler, run_text, source_file
from opencode_policy.taint.words import Argument

_CERTAIN = frozenset({"DEBUG", "ERR", "RETURN"})
"""Traps that the shell itself springs (bash); whether a signal arrives is not known."""


def eval_(call: Invocation) -> Call[Status]:
    """`eval`."""
    args = call.args[1:] if call.texts[:1] == ["--"] else call.args
    status: Status = yield run_text(call, joined_by_blanks(args), "eval")
    return status


def source(call: Invocation) -> Call[Status]:
    """`.`; a name that leads to no file is repeated in a message."""
    for argument in call.args[:1]:
        call.complain(argument)
    status: Status = yield source_file(call)
    return status


def trap(call: Invocation) -> Call[Status]:
    """`trap`: what EXIT runs is run in the end, what others run may run at any time from now on."""
    machine, args = call.machine, list(call.args)
    if args and args[0].skeleton == "--":
        args = args[1:]
    if len(args) < 2 or args[0].skeleton.startswith("-"):
        for argument in args[1:]:
            machine.state.set(Key("trap", _signal(argument)), NO_CANDIDATE)
        return None
    command = value_of_argument(args[0])
    handler = Handler(command, machine.frame.place(args[0].span))
    for argument in args[1:]:
        name = _signal(argument)
        machine.state.set(Key("trap", name), (handler,))
        if name != "EXIT" and command.known != "":
            yield run_handler(machine, handler, certain=name in _CERTAIN)
    return True


def _signal(argument: Argument) -> str:
    text = argument.skeleton.upper().removeprefix("SIG")
    return "EXIT" if text == "0" else text


def exit_(call: Invocation) -> Call[Status]:
    """`exit`."""
    for argument in call.args[:1]:
        call.complain(argument)
    yield leave(call.machine)
    return None


def return_(call: Invocation) -> Call[Status]:
    """`return`; outside of functions and read-in files it ends the shell, unless that is bash."""
    text = call.texts[0] if call.texts else ""
    status = {"0": True, "": None}.get(text, False if text.isdigit() else None)
    machine = call.machine
    kind = machine.nearest("function", "source", "process")
    if kind == "process":
        around = any(scope.kind in ("function", "source") for scope in machine.scopes)
        if around or machine.shell != "bash":  # else an error that changes nothing
            yield leave(machine)
        return None
    scope = next(scope for scope in reversed(machine.scopes) if scope.kind == kind)
    scope.statuses.add(status)
    machine.jump(kind)
    return status


def break_(call: Invocation) -> Call[Status]:
    """`break`."""
    return _left(call, onward=False)


def continue_(call: Invocation) -> Call[Status]:
    """`continue`."""
    return _left(call, onward=True)


def _left(call: Invocation, *, onward: bool) -> Call[Status]:
    """Leave a loop of this function; in a subshell of the loop, the subshell."""
    machine = call.machine
    kind = machine.nearest("loop", "rounds", "function", "process")
    around = any(scope.kind in ("loop", "rounds") for scope in machine.scopes)
    if kind == "process" and around:
        yield leave(machine)
    elif kind in ("loop", "rounds"):
        levels = int(call.texts[0]) if call.texts and call.texts[0].isdigit() else 1
        machine.jump("loop", onward=onward, levels=max(levels, 1))
    return True


def shift(call: Invocation) -> Call[Status]:
    """`shift`."""
    positional = call.machine.positional
    text = call.texts[0] if call.texts else "1"
    for argument in call.args[:1]:
        call.complain(argument)
    if text.isdigit():
        shifted = positional.shifted(int(text))
    else:
        shifted = Positional(positional.values, exact=False, floating=0)
    call.machine.state.set(Key("positional", ""), shifted)
    return done(True)
