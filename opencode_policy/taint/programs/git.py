"""git: URLs that hold a secret, switches that make it tell what it does, and the helpers that it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from opencode_policy.shell.calls import Call
from opencode_policy.shell.git_traces import TRACES, is_on
from opencode_policy.shell.holes import SECRET, has_holes
from opencode_policy.shell.script import parse_derived
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.taint.cells import Frame, Status
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.nested import run_parsed
from opencode_policy.taint.streams import NULL
from opencode_policy.taint.urls import is_url
from opencode_policy.taint.values import ANYTHING, Text, secret
from opencode_policy.taint.words import Argument

_REMOTE = frozenset({"clone", "fetch", "pull", "push", "ls-remote", "remote", "submodule", "subtree"})
_VALUED = frozenset({"-c", "-C", "--git-dir", "--work-tree", "--namespace", "--exec-path"})
_HELPER = re.compile(r"credential\.(?:.*\.)?helper", re.IGNORECASE | re.DOTALL)


def run(call: Invocation) -> Call[None]:
    """Follow a git command."""
    _check_traces(call)
    operands = _operands(call)
    if operands and operands[0].skeleton in _REMOTE:
        _check_remote(call, operands[1:])
        for text, span in _helpers(call):
            yield call.machine.process(partial(_run_helper, call, text, span))
    call.say(ANYTHING)


def _operands(call: Invocation) -> list[Argument]:
    """Git's command and what stands behind it."""
    skip = False
    for index, text in enumerate(call.texts):
        if skip:
            skip = False
        elif text in _VALUED:
            skip = True
        elif not text.startswith("-"):
            return list(call.args[index:])
    return []


def _check_remote(call: Invocation, operands: list[Argument]) -> None:
    for argument in operands:
        if argument.text.flows and argument.skeleton.strip(SECRET) == "":
            words = "git gets a URL that is made of {}"
            call.machine.leak("url", argument.span, words, argument.text.flows)
        elif is_url(argument.skeleton) and not argument.text.flows:
            place = call.machine.frame.place(argument.span)
            call.machine.report.remotes.setdefault(place, argument.skeleton)


def _check_traces(call: Invocation) -> None:
    machine = call.machine
    flows = machine.all_flows(exported_only=True)
    for name in TRACES:
        variable = machine.variable(name)
        given = machine.world.variables.get(name)
        if not variable.exported or not flows or (given is not None and variable.value == given):
            continue  # one of the manifest is seen there
        texts = [text for text in variable.value.skeletons if is_on(text)]
        if texts:
            words = f"{name} makes git tell what it does, and {{}} is within its reach"
            certain = any(not has_holes(text) for text in texts)
            machine.say(secret(flows), call.span, words, to="2", certain=certain)


def _helpers(call: Invocation) -> Iterator[tuple[Text, Span]]:
    """Credential helpers that are shell commands (gitcredentials(7): those that begin with `!`)."""
    settings = [
        (argument.text.skeleton.partition("="), argument)
        for option, argument in zip(call.args, call.args[1:], strict=False)
        if option.skeleton == "-c"
    ]
    for (name, _, value), argument in settings:
        if _HELPER.fullmatch(name) and value.startswith("!"):
            yield Text(value[1:], argument.text.flows), argument.span
    machine = call.machine
    count = machine.variable("GIT_CONFIG_COUNT").value.known or ""
    for number in range(min(int(count), 50) if count.isdigit() else 0):
        name = machine.variable(f"GIT_CONFIG_KEY_{number}").value.known or ""
        for text in machine.variable(f"GIT_CONFIG_VALUE_{number}").value.texts:
            if _HELPER.fullmatch(name) and text.skeleton.startswith("!"):
                yield Text(text.skeleton[1:], text.flows), call.span


def _run_helper(call: Invocation, text: Text, span: Span) -> Call[Status]:
    """What a helper prints git reads; what it says on standard error the log gets."""
    machine = call.machine
    machine.set_descriptor("1", NULL)
    place = machine.frame.place(span)
    parsed = parse_derived(f"{text.skeleton} get", Offsets())
    status: Status = yield run_parsed(machine, parsed, Frame(place.document, place.span, text.flows), "text")
    return status
