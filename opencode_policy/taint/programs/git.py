"""git: URLs that hold a secret, and switches that make it tell what it does."""

from __future__ import annotations

from opencode_policy.git_traces import TRACES, is_on
from opencode_policy.shell.holes import SECRET, has_holes
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.urls import is_url
from opencode_policy.taint.values import ANYTHING, secret

_REMOTE = frozenset({"clone", "fetch", "pull", "push", "ls-remote", "remote", "submodule", "subtree"})


def run(call: Invocation) -> None:
    """Follow a git command."""
    _check_traces(call)
    command = _subcommand(call)
    if command in _REMOTE:
        _check_remote(call)
    call.say(ANYTHING, "")


def _subcommand(call: Invocation) -> str:
    skip = False
    for text in call.texts:
        if skip:
            skip = False
        elif text in ("-c", "-C", "--git-dir", "--work-tree", "--namespace", "--exec-path"):
            skip = True
        elif not text.startswith("-"):
            return text
    return ""


def _check_remote(call: Invocation) -> None:
    for argument in call.args:
        place = call.machine.frame.place(argument.span)
        if argument.skeleton.strip(SECRET) == "" and argument.text.flows:
            words = "git gets a URL that is made of {}"
            call.machine.leak("url", argument.span, words, argument.text.flows)
        elif is_url(argument.skeleton) and not argument.text.flows:
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
