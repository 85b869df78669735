"""curl and wget."""

from __future__ import annotations

import re

from opencode_policy.taint.commands import Invocation
from opencode_policy.taint.values import ANYTHING, Flows, merged, secret

CLIENTS = frozenset({"git", "curl", "wget", "http", "https", "pip", "pip3", "npm", "docker", "helm", "apk"})
"""Programs whose arguments are URLs to be fetched."""

_VERBOSE = re.compile(r"-[a-zA-Z]*v[a-zA-Z]*|--verbose|--trace|--trace-ascii")
_DEBUG = re.compile(r"-[a-zA-Z]*d[a-zA-Z]*|--debug")
_CURL_VALUED = "AbcCdDeEFhHKmoPQrtTuUwxXyYz"


def curl(call: Invocation) -> None:
    """`curl -v` prints the headers that it sends."""
    switch = next((a for a in call.args if _is_verbose(a.skeleton)), None)
    flows = merged(call.flows, call.stdin().flows, _files(call))
    if switch is not None and flows:
        call.machine.say(
            secret(flows), switch.span, "curl -v prints the headers it sends, {} with them", to="2"
        )
    call.say(ANYTHING, "")


def _is_verbose(text: str) -> bool:
    if not _VERBOSE.fullmatch(text):
        return False
    return text.startswith("--") or not set(text[1 : text.index("v")]) & set(_CURL_VALUED)


def _files(call: Invocation) -> Flows:
    """Secrets in files that arguments name: `-H @file`, `--netrc-file file`, `-K file`."""
    texts = [text.lstrip("@").rpartition("=")[2] for text in call.texts]
    return merged(*(call.machine.content(text).flows for text in texts if text.startswith("/")))


def wget(call: Invocation) -> None:
    """`wget -d` prints the headers that it sends."""
    switch = next((a for a in call.args if _DEBUG.fullmatch(a.skeleton)), None)
    flows = merged(call.flows, _files(call))
    if switch is not None and flows:
        call.machine.say(
            secret(flows), switch.span, "wget -d prints the headers it sends, {} with them", to="2"
        )
    call.say(ANYTHING, "")
