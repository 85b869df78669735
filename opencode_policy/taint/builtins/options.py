"""Commands that change how the shell works: `set`, `shopt`, `umask`, `alias`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import public
from opencode_policy.shell.options import read_options
from opencode_policy.taint.builtins.output import list_variables
from opencode_policy.taint.cells import OFF, Key, Status, Switch
from opencode_policy.taint.invocation import Invocation, done, value_of_argument
from opencode_policy.taint.values import Value, altered
from opencode_policy.taint.words import positional_of

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

_FOLLOWED = frozenset({"x", "v", "a"})
"""Options whose state is kept: tracing, echoing of input, exporting of everything."""


def set_(call: Invocation) -> Call[Status]:
    """`set`: options, positional parameters, or without arguments a list of all variables."""
    machine, texts = call.machine, [public(text) for text in call.texts]
    if not texts:
        list_variables(call, (), exported_only=False)
        return done(True)
    options = read_options(texts)
    for letter, (state, index) in options.switched.items():
        if letter in _FOLLOWED:
            switch = _switch(call, index, certain=True) if state else OFF
            _switched(machine, letter, frozenset({switch}))
    for index in options.doubtful:
        doubtful = _switch(call, index, certain=False)
        for letter in ("x", "v"):
            _switched(machine, letter, machine.options(letter) | {doubtful})
    if options.rest < len(texts) or "--" in texts[: options.rest]:
        operands = call.args[options.rest :]
        positional = positional_of([value_of_argument(item) for item in operands], operands)
        machine.state.set(Key("positional", ""), positional)
    return done(True)


def _switch(call: Invocation, index: int, *, certain: bool) -> Switch:
    """What switched an option on, as it is spelled."""
    from opencode_policy.taint.machine import shown

    return Switch(call.place, shown(" ".join([call.name, *call.texts[: index + 1]])), certain)


def _switched(machine: Machine, letter: str, switches: frozenset[Switch | None]) -> None:
    machine.state.set(Key("option", letter), switches)
    if letter == "x":
        machine.report.switched.update(dict.fromkeys(item for item in switches if item is not None))


def shopt(call: Invocation) -> Call[Status]:
    """`shopt -so xtrace` is another way to say `set -o xtrace`."""
    letters = "".join(text[1:] for text in call.texts if text.startswith("-"))
    if "o" in letters and "xtrace" in call.texts:
        switch = Switch(call.place, f"shopt -{letters} xtrace")
        _switched(call.machine, "x", frozenset({switch if "s" in letters else OFF}))
    return done(None)


def umask(call: Invocation) -> Call[Status]:
    """`umask`: who may read the files that are made from now on."""
    if call.args and not call.texts[0].startswith("-"):
        call.machine.state.set(Key("umask", ""), value_of_argument(call.args[0]))
    return done(True)


def alias(call: Invocation) -> Call[Status]:
    """`alias name=words`."""
    for argument in call.args:
        name, sign, words = argument.skeleton.partition("=")
        if sign:
            value = Value((altered(argument.text, words),))
            call.machine.state.set(Key("alias", name), (value,))
    return done(True)


def unalias(call: Invocation) -> Call[Status]:
    """`unalias`."""
    for name in call.texts:
        call.machine.state.set(Key("alias", name), None)
    return done(True)


def cd(call: Invocation) -> Call[Status]:
    """`cd`; a folder that is not there is repeated in a message."""
    machine = call.machine
    operand = next((item for item in call.args if not item.skeleton.startswith("-")), None)
    if operand is not None:
        call.complain(operand)
    home = machine.variable("HOME").value.known
    machine.change_folder(operand.skeleton if operand is not None else home)
    return done(None)
