"""Which command is which."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.shell.calls import Call
from opencode_policy.taint.builtins import conditions, control, options, output, variables
from opencode_policy.taint.cells import Status
from opencode_policy.taint.invocation import Invocation, done

Builtin = Callable[[Invocation], Call[Status]]


def _true(_: Invocation) -> Call[Status]:
    return done(True)


def _false(_: Invocation) -> Call[Status]:
    return done(False)


def _silent(_: Invocation) -> Call[Status]:
    return done(None)


def _complaining(call: Invocation) -> Call[Status]:
    """A command that repeats in a message what it cannot do something with."""
    for argument in call.args:
        call.complain(argument)
    return done(None)


def _exec(_: Invocation) -> Call[Status]:
    """Alone, `exec` only opens descriptors."""
    return done(True)


BUILTINS: dict[str, Builtin] = {
    ":": _true, "true": _true, "false": _false,
    "echo": output.echo, "print": output.echo, "printf": output.printf, "pwd": output.pwd,
    "command": output.asks_for_command, "type": output.asks_for_command, "hash": output.asks_for_command,
    "read": variables.read_line, "mapfile": variables.mapfile, "readarray": variables.mapfile,
    "getopts": variables.getopts, "let": variables.let, "((": variables.let,
    "export": variables.export, "readonly": variables.declare, "declare": variables.declare,
    "typeset": variables.declare, "local": variables.local, "unset": variables.unset,
    "set": options.set_, "shopt": options.shopt, "umask": options.umask, "alias": options.alias,
    "unalias": options.unalias, "cd": options.cd, "pushd": options.cd, "popd": _silent,
    "eval": control.eval_, ".": control.source, "source": control.source, "trap": control.trap,
    "exit": control.exit_, "return": control.return_, "break": control.break_,
    "continue": control.continue_, "shift": control.shift, "exec": _exec,
    "test": conditions.test, "[": conditions.test, "[[": conditions.test,
    "kill": _complaining, "wait": _complaining, "fg": _complaining, "bg": _complaining,
    "jobs": _silent, "ulimit": _silent, "times": _silent, "disown": _silent, "enable": _silent,
    "builtin": _silent, "compgen": _silent, "complete": _silent,
}  # fmt: skip
