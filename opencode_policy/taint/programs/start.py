"""Starting a program: who sees its arguments, and what is known of what it prints."""

from __future__ import annotations

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes, public
from opencode_policy.shell.interpreter import SHELLS
from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint.cells import Status, Target
from opencode_policy.taint.invocation import TRANSPARENT, Invocation
from opencode_policy.taint.nested import note_tracing, run_path, run_shell
from opencode_policy.taint.programs.network import CLIENTS
from opencode_policy.taint.programs.table import PROGRAMS
from opencode_policy.taint.report import Handover
from opencode_policy.taint.urls import Credential, credential
from opencode_policy.taint.values import ANYTHING, merged, secret
from opencode_policy.taint.words import Argument

_INTERPRETERS = frozenset(
    {"python", "python2", "python3", "perl", "ruby", "node", "bun", "deno", "php", "lua"}
)


def run_program(call: Invocation) -> Call[Status]:
    """Start a program that is not part of the shell."""
    machine, name = call.machine, base_name(call.name)
    machine.report.programs += 1
    check_arguments(call)
    _note_handover(call, name)
    if call.replaces:
        note_tracing(machine)
    if name in SHELLS:
        status: Status = yield run_shell(call)
        return status
    known = PROGRAMS.get(name)
    if known is not None:
        further = known(call)
        if further is not None:
            yield further
    elif name in _INTERPRETERS:
        _interpreted(call)
    elif "/" in call.name or has_holes(call.name):
        yield _by_path(call)
    else:
        _unknown(call)
    return None


def _by_path(call: Invocation) -> Call[None]:
    """A program by its path, or one whose name is not known."""
    machine = call.machine
    if not has_holes(call.name):
        yield run_path(call)
    elif public(call.name) == UNKNOWN and machine.all_flows(exported_only=True):
        machine.blind(call.span, "the program that is run is not known")
    _unknown(call)


def check_arguments(call: Invocation) -> None:
    """Every process of the pod can read the arguments of a program."""
    before = len(call.whole) - len(call.args)
    outer = next((name for name in call.wrappers if name not in TRANSPARENT), call.name)
    for index, argument in enumerate((*call.whole[:before], *call.args, *call.added)):
        if index == 0 and SECRET in call.name:
            continue  # no such program is found, so none is started
        program = base_name(outer if index < before else call.name)
        found = credential(argument.text)
        if found is not None:
            _in_url(call, argument, found, program)
        elif argument.text.flows:
            words = f"{program} gets {{}} as an argument"
            call.machine.leak("argument", argument.span, words, argument.text.flows)


def _in_url(call: Invocation, argument: Argument, found: Credential, program: str) -> None:
    machine = call.machine
    if argument.text.flows:
        machine.leak("url", argument.span, f"{program} gets a URL that holds {{}}", argument.text.flows)
    elif program in CLIENTS:
        place = machine.frame.place(argument.span)
        machine.report.literal_urls.setdefault(place, f"{program} gets a URL with {found.words}")


def _note_handover(call: Invocation, name: str) -> None:
    """A program that gets a secret without showing it."""
    machine = call.machine
    flows = machine.all_flows(exported_only=True)
    place = machine.frame.place(call.span)
    if flows:
        machine.report.handovers.setdefault(
            (place, "environment"), Handover(place, name, flows, "environment")
        )
    piped = call.stdin().flows
    if piped:
        machine.report.handovers.setdefault((place, "input"), Handover(place, name, piped, "standard input"))


def _interpreted(call: Invocation) -> None:
    """A program in another language: what it prints is not looked into."""
    machine, name = call.machine, base_name(call.name)
    flows = merged(machine.all_flows(exported_only=True), call.stdin().flows)
    if flows:
        machine.blind(call.span, f"what {name} does with secrets is not looked into")
    value = merged(call.flows, call.stdin().flows)
    call.say(secret(value), f"{name} may print {{}} to the log", certain=False)


def _unknown(call: Invocation) -> None:
    """A program of which nothing is known: it may print what it reads, and repeats a name that it is not."""
    machine = call.machine
    name = "a program" if has_holes(call.name) else base_name(call.name)
    if SECRET in call.name:
        words = "the shell repeats {} in a message: there is no such command"
        first = next(item for item in call.whole if item.skeleton == call.name)
        machine.say(secret(first.text.flows), call.span, words, to="2")
    piped = call.stdin().flows
    keeps = any(text.endswith(("-stdin", "-with-token")) or text == "login" for text in call.texts)
    if piped and not keeps:
        call.say(secret(piped), f"{name} may print {{}}, which it reads, to the log", certain=False)
    elif call.flows and Target("log") not in machine.descriptor("1"):
        call.say(secret(call.flows))
    else:
        call.say(ANYTHING)
