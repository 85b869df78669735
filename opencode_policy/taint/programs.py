"""Programs: what they do with secrets in their arguments, on their input, in their environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import has_holes, public
from opencode_policy.shell.interpreter import SHELLS
from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint import filters, git, network
from opencode_policy.taint.commands import Invocation
from opencode_policy.taint.nested import note_tracing, run_path, run_shell
from opencode_policy.taint.report import Handover
from opencode_policy.taint.urls import Credential, credential
from opencode_policy.taint.values import Value, secret
from opencode_policy.taint.words import Argument

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Status

_INTERPRETERS = frozenset({"python", "python2", "python3", "perl", "ruby", "node", "bun", "deno", "php", "lua"})

_SPECIAL: dict[str, Callable[[Invocation], None]] = {
    "git": git.run,
    "curl": network.curl,
    "wget": network.wget,
    **filters.FILTERS,
}


def run_program(call: Invocation) -> Call[Status]:
    """Start a program that is not part of the shell."""
    machine, name = call.machine, base_name(call.name)
    machine.report.programs += 1
    _check_arguments(call)
    _note_handover(call, name)
    if call.replaces:
        note_tracing(machine)
    if name in SHELLS:
        status: Status = yield run_shell(call)
        return status
    handler = _SPECIAL.get(name)
    if handler is not None:
        handler(call)
    elif name in _INTERPRETERS:
        _interpreted(call)
    elif "/" in call.name or has_holes(call.name):
        yield _by_path(call)
    else:
        filters.unknown(call)
    return None


def _by_path(call: Invocation) -> Call[None]:
    if has_holes(call.name) and call.name.strip(public(call.name)[:1]) == "":
        machine = call.machine
        argument = next((a for a in call.whole if a.skeleton == call.name), None)
        if argument is not None and not argument.text.flows and machine.world.holds_secret:
            machine.blind(call.span, "the program that is run is not known")
    else:
        yield run_path(call)
    filters.unknown(call)


def _check_arguments(call: Invocation) -> None:
    """Every process of the pod can read the arguments of a program."""
    for argument in call.whole:
        found = credential(argument.text)
        if found is not None:
            _in_url(call, argument, found)
        elif argument.text.flows:
            words = f"{base_name(call.name)} gets {{}} as an argument"
            certain = not has_holes(call.name[:1])
            call.machine.leak("argument", argument.span, words, argument.text.flows, certain=certain)


def _in_url(call: Invocation, argument: Argument, found: Credential) -> None:
    machine = call.machine
    if argument.text.flows:
        words = f"{base_name(call.name)} gets a URL that holds {{}}"
        machine.leak("url", argument.span, words, argument.text.flows)
    elif base_name(call.name) in network.CLIENTS:
        place = machine.frame.place(argument.span)
        machine.report.literal_urls.setdefault(place, f"{base_name(call.name)} gets a URL with {found.words}")


def _note_handover(call: Invocation, name: str) -> None:
    """A program that gets a secret without showing it."""
    machine = call.machine
    flows = machine.all_flows(exported_only=True)
    place = machine.frame.place(call.span)
    if flows:
        machine.report.handovers.setdefault((place, "environment"), Handover(place, name, flows, "environment"))
    piped = call.stdin().flows
    if piped:
        machine.report.handovers.setdefault((place, "input"), Handover(place, name, piped, "standard input"))


def _interpreted(call: Invocation) -> None:
    """A program in another language: what it prints is not looked into."""
    machine = call.machine
    flows = (*machine.all_flows(exported_only=True), *call.stdin().flows)
    if flows:
        machine.blind(call.span, f"what {base_name(call.name)} does with secrets is not looked into")
    value = secret(tuple(dict.fromkeys((*call.flows, *call.stdin().flows))))
    machine.say(Value(value.texts), call.span, "", certain=False) if not value.flows else None
    if value.flows:
        call.say(value, f"{base_name(call.name)} may print {{}} to the log", certain=False)
