"""The port that an OpenCode server listens on, as its command line says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Place
from opencode_policy.scripts import Script, scripts_of
from opencode_policy.shell.script import parse_script
from opencode_policy.shell.syntax import Command
from opencode_policy.shell.wrappers import base_name, unwrap
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

PROGRAM = "opencode"
OPTION = "--port"
_REFERENCE = re.compile(r"\$(\$|\(([-._a-zA-Z0-9]+)\))")
"""`$(NAME)`, which Kubernetes replaces in command and args, and `$$`, which stands for one dollar."""


@dataclass(frozen=True, slots=True)
class ListeningPort:
    """Where a command line decides the port.

    `number` is 0 where the server chooses a port itself (no option, or `--port 0`), None where the files do
    not say: the value comes from elsewhere, or a script that is not in the tree starts the server.
    """

    number: int | None
    at: Place


Argument = tuple[str | None, Place]
"""An argument's text, None where it is not known, and where it stands."""


def listening_port(tree: Tree, container: Container) -> ListeningPort:
    """The port of the server that a container runs, directly or through a shell script."""
    found = [command for script in _started_by(tree, container) for command in _server_commands(script)]
    if found:
        return _port(found[0], found[0][0][1])
    whole = container.field["args"] or container.field["command"] or container.field["args"]
    if _runs_something_else(container):
        return ListeningPort(None, whole)
    return _port([(_expanded(container, item.text), item) for item in container.argv], whole)


def _started_by(tree: Tree, container: Container) -> list[Script]:
    """The script that is the container's own process, none of its hooks and probes."""
    own = [argument.node for argument in container.argv]
    return [item for item in scripts_of(tree, container.pod) if item.argument.node in own]


def _runs_something_else(container: Container) -> bool:
    """A `command` replaces the image's entry point; what it starts is known only where it is the server."""
    command = [item.text for item in container.field["command"]]
    items = unwrap(command).items
    return bool(command) and not (items and base_name(items[0][0]) == PROGRAM)


def _server_commands(script: Script) -> Iterator[list[Argument]]:
    for command in _commands(parse_script(script.text).statements):
        words = [word.value for word in command.words]
        items = unwrap([word or "" for word in words]).items
        if items and base_name(items[0][0]) == PROGRAM:
            spans = [command.words[index].span for _, index in items]
            places = [script.location(span.start, span.end) for span in spans]
            yield [(words[index], place) for (_, index), place in zip(items, places, strict=True)]


def _commands(root: object) -> Iterator[Command]:
    """Every simple command of a script, in the order in which they are written."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Command):
            yield node
        elif isinstance(node, tuple):
            pending.extend(reversed(node))
        elif is_dataclass(node):
            pending.extend(getattr(node, field.name) for field in reversed(fields(node)))


def _port(arguments: Sequence[Argument], whole: Place) -> ListeningPort:
    """Value of the last option, in either of its spellings."""
    found = ListeningPort(0, whole)
    for index, (text, place) in enumerate(arguments):
        if text == OPTION:
            value, at = arguments[index + 1] if index + 1 < len(arguments) else ("", place)
            found = ListeningPort(_number(value), at)
        elif text is not None and text.startswith(f"{OPTION}="):
            found = ListeningPort(_number(text.removeprefix(f"{OPTION}=")), place)
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) else None


def _expanded(container: Container, text: str) -> str | None:
    """An argument as the process gets it; None where a variable comes from a Secret or a field."""
    values = container.env_values()
    names = [name for _, name in _REFERENCE.findall(text) if name]
    if any(values.get(name, "") is None for name in names):
        return None
    return _REFERENCE.sub(
        lambda found: "$" if not found[2] else str(values.get(found[2], found[0])),
        text,
    )
