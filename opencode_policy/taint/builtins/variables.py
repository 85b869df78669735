"""Commands that set variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import UNKNOWN, has_holes, public
from opencode_policy.taint.builtins.output import list_variables
from opencode_policy.taint.cells import UNSET, Key, Status, Variable
from opencode_policy.taint.invocation import Invocation, done, value_of_argument
from opencode_policy.taint.streams import read
from opencode_policy.taint.values import (
    ANYTHING,
    Text,
    Value,
    altered,
    concatenated,
    merged,
    of_texts,
    secret,
)
from opencode_policy.taint.words import Argument

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_VALUED = "dinNptu"
"""Options of `read` that take a value; `-a` takes a name."""


def _set(machine: Machine, name: str, value: Value) -> None:
    if name and not has_holes(name):
        machine.assign(name.partition("[")[0], value)


def some_of(value: Value) -> Value:
    """An unknown part of a text."""
    return secret(value.flows) if value.flows else ANYTHING


# --- read ----------------------------------------------------------------------------------------------


def read_line(call: Invocation) -> Call[Status]:
    """`read` splits a line among its variables."""
    machine = call.machine
    names, options = _names(call)
    if "-p" in options:
        machine.say(value_of_argument(options["-p"]), call.span, "read prints {} to the log", to="2")
    descriptor = options["-u"].skeleton if "-u" in options else "0"
    value = read(machine, descriptor)
    shares = _shared(machine, value, len(names))
    for name, share in zip(names, shares, strict=True):
        _set(machine, name, share.with_hop(call.place, f"is read into {name}"))
    return done(None)


def _names(call: Invocation) -> tuple[list[str], dict[str, Argument]]:
    names: list[str] = []
    options: dict[str, Argument] = {}
    waiting = ""
    for argument in call.args:
        text = argument.skeleton
        if waiting:
            options[waiting] = argument
            names += [text] if waiting == "-a" else []
            waiting = ""
        elif text.startswith("-") and len(text) > 1:
            waiting = "-" + text[-1] if text[-1] in _VALUED + "a" else ""
        else:
            names.append(text)
    return names or ["REPLY"], options


def _shared(machine: Machine, value: Value, count: int) -> list[Value]:
    """What each variable gets; of a text with several lines, it is not looked into which one is read."""
    separators = machine.variable("IFS")
    known = separators.value.known if not separators.unset else " \t\n"
    if any(text.skeleton.rstrip("\n").count("\n") for text in value.texts) or known is None:
        whole = some_of(value)
        return [whole] * count
    rows = [_split(text, known, count) for text in value.texts]
    return [of_texts(row[index] for row in rows) for index in range(count)]


def _split(text: Text, separators: str, count: int) -> list[Text]:
    """POSIX, read: fields by IFS, the last variable gets the rest. Part of a hole may go to any variable."""
    line = text.skeleton.removesuffix("\n")
    blank = "".join(char for char in separators if char in " \t\n")
    line = line.strip(blank) if blank else line
    if count == 1:
        return [altered(text, line)]
    if UNKNOWN in line or not separators:
        return [altered(text, line)] * count
    inner = re.escape(separators)
    parts = re.split(rf"[{re.escape(blank)}]*[{inner}][{re.escape(blank)}]*" if blank else f"[{inner}]",
                     line, maxsplit=count - 1)  # fmt: skip
    parts += [""] * (count - len(parts))
    return [altered(text, part) for part in parts]


def mapfile(call: Invocation) -> Call[Status]:
    """`mapfile` and `readarray` read lines into an array."""
    name = next((text for text in reversed(call.texts) if not text.startswith("-")), "MAPFILE")
    value = some_of(call.stdin())
    _set(call.machine, name, value.with_hop(call.place, f"is read into {name}"))
    return done(True)


def getopts(call: Invocation) -> Call[Status]:
    """`getopts` gives an option's value in OPTARG."""
    machine = call.machine
    given = [value_of_argument(argument) for argument in call.args[2:]]
    flows = merged(*(value.flows for value in given or machine.positional.values))
    if len(call.texts) > 1:
        _set(machine, call.texts[1], ANYTHING)
    machine.assign("OPTARG", some_of(secret(flows)).with_hop(call.place, "becomes OPTARG"))
    return done(None)


def let(call: Invocation) -> Call[Status]:
    """`let` and `((...))` assign numbers."""
    for text in call.texts:
        match = re.match(r"\(*\s*([A-Za-z_]\w*)\s*[-+*/%&|^<>]*=(?!=)", text)
        if match:
            _set(call.machine, match[1], ANYTHING)
    return done(None)


# --- export, declare, local, unset -----------------------------------------------------------------------


def export(call: Invocation) -> Call[Status]:
    """`export`."""
    return _declared(call, exported=True)


def declare(call: Invocation) -> Call[Status]:
    """`declare`, `typeset`, `readonly`."""
    inside = call.name != "readonly" and call.machine.nearest("function", "process") == "function"
    return _declared(call, local=inside)


def local(call: Invocation) -> Call[Status]:
    """`local`; with `-` also the options (dash, bash)."""
    if "-" in call.texts:
        function = call.machine.function
        if function is not None:
            function.locals.setdefault(Key("option", "x"), call.machine.options("x"))
        if len(call.args) == 1:
            return done(True)
    return _declared(call, local=True)


def _declared(call: Invocation, *, exported: bool | None = None, local: bool = False) -> Call[Status]:
    machine = call.machine
    options = [text for text in call.texts if text[:1] in ("-", "+") and not has_holes(text[:2])]
    letters = "".join(options)
    operands = [argument for argument in call.args if argument.skeleton not in (*options, "-")]
    if "f" in letters or "F" in letters:
        if exported or "x" in letters:
            _export_functions(machine, operands)
        return done(None)
    if "p" in letters or not operands:
        names = [argument.skeleton for argument in operands]
        only = bool(exported) or "x" in letters
        prefix = "export " if only else ""
        list_variables(call, names, exported_only=only, prefix=prefix)
        return done(None)
    if exported or "x" in letters:
        exported = not any(option.startswith("+") for option in options) and "n" not in letters
    for argument in operands:
        _declare(call, argument, exported, local=local and "g" not in letters, reference="n" in letters)
    return done(True)


def _declare(
    call: Invocation, argument: Argument, exported: bool | None, *, local: bool, reference: bool
) -> None:
    machine = call.machine
    match = _ASSIGNMENT.fullmatch(argument.skeleton)
    name = match[1] if match else argument.skeleton
    if has_holes(name):
        machine.blind(argument.span, "the name of a variable is not known")
        return
    before = machine.variable(name)
    function = machine.function
    if local and function is not None:
        function.locals.setdefault(Key("variable", name), before)
    keep = before.exported if exported is None else exported
    if match is None:
        fresh = Variable(before.value, keep, before.unset, before.elements)
        machine.state.set(Key("variable", name), fresh)
        return
    value = Value((altered(argument.text, match[3]),))
    if reference and value.known and call.name != "export":  # `declare -n name=other`
        value = machine.variable(value.known).value
    value = concatenated([before.value, value]) if match[2] else value
    hopped = value.with_hop(machine.frame.place(argument.span), f"becomes {name}")
    machine.assign(name, hopped, exported=keep or machine.exports_all)


def _export_functions(machine: Machine, operands: list[Argument]) -> None:
    for argument in operands:
        machine.state.set(Key("exported", argument.skeleton), (True,))


def unset(call: Invocation) -> Call[Status]:
    """`unset`."""
    letters = "".join(text for text in call.texts if text.startswith("-"))
    for argument in call.args:
        text = argument.skeleton
        if text.startswith("-"):
            continue
        if has_holes(text):
            call.machine.blind(call.span, "what is unset is not known")
        elif "f" in letters:
            call.machine.state.set(Key("function", text), None)
        else:
            call.machine.state.set(Key("variable", text), UNSET)
    return done(True)


def is_flag(text: str) -> bool:
    """Whether an argument is written as options."""
    return public(text)[:1] in ("-", "+")
