"""The port that an OpenCode server listens on, as its command line and its configuration say."""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.opencode.configuration import configuration_of
from opencode_policy.opencode.server_command import ANY_PORT, PROGRAM, read_command
from opencode_policy.opencode.server_paths import ServerPaths
from opencode_policy.outcome import Place
from opencode_policy.pods.container_process import process_of, started_by
from opencode_policy.tree import Tree


@dataclass(frozen=True, slots=True)
class ListeningPort:
    """Where the port is decided.

    `number` is 0 where the server chooses a port itself (none is given, or 0), None where the files do not
    say: the value comes from elsewhere, or a script that is not in the tree starts the server.
    """

    number: int | None
    at: Place


def listening_port(tree: Tree, paths: ServerPaths) -> ListeningPort:
    """The port of the server that the container of these paths runs, directly or through a shell script."""
    container = paths.environment.container
    whole = container.field["args"] or container.field["command"] or container.field["args"]
    process = process_of(tree, paths.environment, (PROGRAM,))
    starts = started_by(process, paths.environment, PROGRAM)
    if not starts:
        return ListeningPort(None, whole)
    command = read_command(starts[-1])
    given = command.listens("port", configuration_of(tree, paths))
    if given is not None:
        return ListeningPort(_number(given.value), given.at)
    at = starts[-1].words[0].at if process.script is not None else whole
    return ListeningPort(None if command.unknown is not None else int(ANY_PORT), at)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("65535") else None
