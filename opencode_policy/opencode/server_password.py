"""What can be wrong with the variable that holds the password of a server."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from opencode_policy.detect.names import kind_of_name
from opencode_policy.location import Related
from opencode_policy.nearest import nearest
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.pods.environment import Variable, unread_sources
from opencode_policy.secrets.external_secret import SecretKey
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container

_UNSETS = ("-u", "--unset")
"""Options of `env` that take the name of a variable to remove (GNU and busybox; POSIX has none)."""


def absent(
    workspace: WorkspaceTree, server: Container, known: Mapping[str, Variable], wanted: str
) -> Problem | Unknown:
    """What to say of a server that has no such variable: the one that was meant, if there is one."""
    unread = next(unread_sources(workspace.tree, server), None)
    if unread is not None:
        return Unknown(f"whether {unread.text} has a key {wanted} cannot be read here", unread)
    close = _meant(wanted, known)
    if close is None:
        return Problem(f"the server has no {wanted} and is open to everybody", server.field["env"])
    at = server.env(close)["name"]
    return Problem(f"the server reads {wanted}, not {close}", at if at else known[close].at)


def _meant(wanted: str, names: Iterable[str]) -> str | None:
    """The variable that was meant to be the wanted one: another password, or nearly the same name."""
    passwords = [name for name in names if kind_of_name(name) == "password"]
    return nearest(wanted, passwords, cutoff=0.5) or nearest(wanted, names, cutoff=0.9)


def overridden(server: Container, name: str) -> Iterator[Outcome]:
    """Arguments by which the command takes the variable away or gives it another value."""
    for argument, following in itertools.zip_longest(server.argv, server.argv[1:]):
        text = argument.text
        removes = text == f"{name}=" or text in (f"{option}={name}" for option in _UNSETS)
        if removes or (text in _UNSETS and following is not None and following.text == name):
            yield Problem(f"the command removes {name}", argument)
        elif text.startswith(f"{name}=") or (name in text and ("unset" in text or f"{name}=" in text)):
            yield Unknown(f"the command may change {name}, and to what cannot be read here", argument)


def faults(workspace: WorkspaceTree, variable: Variable, name: str) -> Iterator[Outcome]:
    """Why the variable may be empty, may be known to others, or is another secret."""
    if variable.origin == "Secret":
        yield from _of_secret(workspace, variable)
    elif variable.origin == "ConfigMap":
        yield Problem(f"{name} comes from the ConfigMap {variable.holder}", variable.at)
    elif variable.origin == "pod":
        yield Problem(f"{name} comes from a field of the pod", variable.at)
    elif not variable.value:
        yield Problem(f"{name} is empty: the server is open", variable.at)
    else:
        yield Problem(f"{name} stands in the manifest instead of a Secret", variable.at, secret=True)


def _of_secret(workspace: WorkspaceTree, variable: Variable) -> Iterator[Outcome]:
    """Whether the key is there in any case, and made of the workspace's own password."""
    if variable.optional_at.value is True:
        words = f"without the Secret {variable.holder} the server starts open to everybody"
        yield Problem(words, variable.optional_at)
    flow, namespace = flow_of(workspace.tree), variable.at.resource.namespace
    own = workspace.spec.secrets.get("password", "")
    key = flow.key(namespace, variable.holder, variable.key)
    if key is None or key.at is None:
        words = f"what '{variable.key}' of the Secret {variable.holder} is made of cannot be read here"
        yield Unknown(words, variable.at)
    elif own not in key.made_of:
        related = (Related("the key is made here", key.at.location),)
        yield Problem(_strange(workspace, variable, key, own), variable.at, related)


def _strange(workspace: WorkspaceTree, variable: Variable, key: SecretKey, own: str) -> str:
    """What the password is made of instead, in words."""
    for spec in workspace.policy.settings.workspaces:
        for role, name in spec.secrets.items():
            if name in key.made_of:
                return f"the password is {name}, the {role} of {spec.name}, instead of {own}"
    return f"'{variable.key}' of the Secret {variable.holder} is not made of {own}"
