"""curl and wget."""

from __future__ import annotations

import re

from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.values import ANYTHING, Flows, merged, secret
from opencode_policy.taint.words import Argument

CLIENTS = frozenset({"git", "curl", "wget", "http", "https", "pip", "pip3", "npm", "docker", "helm", "apk"})
"""Programs whose arguments are URLs to be fetched."""

_VERBOSE = re.compile(r"-[a-zA-Z]*v[a-zA-Z]*|--verbose|--trace(?:-ascii)?(?:=.*)?")
_DEBUG = re.compile(r"-[a-zA-Z]*d[a-zA-Z]*|--debug")
_VALUED = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
# What is sent in the body: curl -v shows the headers alone.
_BODY = re.compile(r"-d|-F|-T|--data(?:-\w+)?|--form|--json|--upload-file")


def curl(call: Invocation) -> None:
    """`curl -v` prints the headers that it sends."""
    switch = next((item for item in call.args if _is_verbose(item.skeleton)), None)
    if switch is not None:
        shown = [
            item
            for before, item in zip(("", *call.texts), call.args, strict=False)
            if not _BODY.fullmatch(before)
        ]
        flows = merged(*(item.text.flows for item in shown), _configured(call), _files(call, shown))
        words = "curl -v prints the headers it sends, {} with them"
        call.machine.say(secret(flows), switch.span, words, to="2")
    call.say(ANYTHING)


def _is_verbose(text: str) -> bool:
    """Whether an argument is `-v`, alone or among other letters; not the value of one of these."""
    if not _VERBOSE.fullmatch(text):
        return False
    return text.startswith("--") or not set(text[1 : text.index("v")]) & _VALUED


def _configured(call: Invocation) -> Flows:
    """Secrets in a configuration that is read from standard input: `-K -`."""
    return call.stdin().flows if "-" in call.texts or "@-" in call.texts else ()


def _files(call: Invocation, arguments: list[Argument]) -> Flows:
    """Secrets in files that arguments name: `-H @file`, `--netrc-file file`, `-K file`."""
    texts = [item.skeleton.rpartition("=")[2].lstrip("@") for item in arguments]
    return merged(*(call.machine.content(text).flows for text in texts if "/" in text))


def wget(call: Invocation) -> None:
    """`wget -d` prints the headers that it sends."""
    switch = next((item for item in call.args if _DEBUG.fullmatch(item.skeleton)), None)
    if switch is not None:
        flows = merged(call.flows, _files(call, list(call.args)))
        words = "wget -d prints the headers it sends, {} with them"
        call.machine.say(secret(flows), switch.span, words, to="2")
    call.say(ANYTHING)
