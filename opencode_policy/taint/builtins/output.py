"""Commands that print: `echo`, `printf`, and what lists variables."""

from __future__ import annotations

import re
from collections.abc import Iterable

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes, public
from opencode_policy.taint.cells import Status, Variable
from opencode_policy.taint.invocation import Invocation, done, value_of_argument
from opencode_policy.taint.listing import listing
from opencode_policy.taint.printf import formatted, unescaped
from opencode_policy.taint.values import (
    ANYTHING,
    Text,
    Value,
    concatenated,
    constant,
    joined,
)
from opencode_policy.taint.words import Argument


def echo(call: Invocation) -> Call[Status]:
    """`echo`, whose options and escapes each shell has its own way with."""
    args = list(call.args)
    newline = "\n"
    while args and re.fullmatch(r"-[neE]+", args[0].skeleton):
        newline = "" if "n" in args[0].skeleton else newline
        args.pop(0)
    raw = concatenated([*_spaced(args), constant(newline)])
    value = raw if _keeps_backslashes(call) else raw.mapped(unescaped)
    if call.machine.shell == "sh" and value != raw:
        value = joined([raw, value])
    call.say(value, "echo prints {} to the log", at=call.tainted_at)
    return done(True)


def _keeps_backslashes(call: Invocation) -> bool:
    """Tell whether escapes stay: bash and busybox want `-e`, dash needs none, a plain sh may be any."""
    asked = bool(call.args) and re.fullmatch(r"-[nE]*e[neE]*", call.args[0].skeleton)
    return not asked and call.machine.shell not in ("dash", "sh")


def _spaced(args: list[Argument]) -> list[Value]:
    """Arguments with blanks between; one that may be none stands for its blanks as well."""
    found: list[Value] = []
    for before, argument in zip([None, *args], args, strict=False):
        if before is not None and not _may_vanish(before) and not _may_vanish(argument):
            found.append(constant(" "))
        found.append(value_of_argument(argument))
    return found


def _may_vanish(argument: Argument) -> bool:
    return argument.elastic and not public(argument.skeleton).strip(UNKNOWN)


def printf(call: Invocation) -> Call[Status]:
    """`printf`, also into a variable."""
    args = list(call.args)
    variable = None
    if len(args) > 2 and args[0].skeleton == "-v":
        variable, args = args[1].skeleton, args[2:]
    if args and args[0].skeleton == "--":
        args = args[1:]
    value = formatted(
        [value_of_argument(argument) for argument in args], sure=not any(item.elastic for item in args)
    )
    if variable is not None:
        if not has_holes(variable):
            name = variable.partition("[")[0]
            call.machine.assign(name, value.with_hop(call.place, f"becomes {name}"))
        return done(True)
    call.say(value, "printf prints {} to the log", at=call.tainted_at)
    if args and re.search(r"%[-+ #0]*\d*[diouxXeEfgG]", args[0].skeleton):
        for argument in args[1:]:  # what is no number is repeated in a message
            call.complain(argument)
    return done(True)


def pwd(call: Invocation) -> Call[Status]:
    """`pwd`."""
    call.say(call.machine.variable("PWD").value, "pwd prints {} to the log")
    return done(True)


def asks_for_command(call: Invocation) -> Call[Status]:
    """`command -v`, `type`, `hash`: they tell what a name stands for, or repeat it."""
    for argument in call.args:
        if call.name == "type":
            call.complain(argument)
    call.say(ANYTHING)
    return done(None)


def list_variables(call: Invocation, names: Iterable[str], *, exported_only: bool, prefix: str = "") -> None:
    """Print variables with their values, all or some."""
    machine = call.machine
    chosen = [(name, machine.variable(name)) for name in names if not has_holes(name)]
    if not chosen:
        cells: list[tuple[str, Variable]] = machine.state.of_kind("variable")
        chosen = [(name, cell) for name, cell in cells if cell.exported or not exported_only]
        chosen = [(name, cell) for name, cell in chosen if cell.value.flows]
        chosen.append(("PATH", Variable(ANYTHING)))
    value = listing(chosen, prefix)
    anywhere = machine.world.anywhere
    if anywhere:
        value = concatenated([value, Value((Text(f"{prefix}{SECRET}\n", anywhere),))])
    call.say(value, f"{call.spelled} prints {{}} to the log")
