"""The command line of an OpenCode server, as its own parser reads it, and where the server then listens.

yargs in strict mode (packages/opencode/src/index.ts): an option that is not known ends the program. Options
of `web` and `serve`: packages/opencode/src/cli/network.ts; what is not given as an option may stand in the
`server` section of the global configuration. Tried out with 1.18.33.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.opencode.configuration import Configuration, configuration_of
from opencode_policy.opencode.server_paths import ServerPaths
from opencode_policy.outcome import Place
from opencode_policy.pods.container_process import Argument, Process, process_of, started_by
from opencode_policy.tree import Tree

LOOPBACK = "127.0.0.1"
"""Where the server listens unless it is told otherwise."""

ANY_PORT = "0"
"""The port unless it is told otherwise: 4096 if that is free, else whatever the system gives it."""

_VALUED = ("port", "hostname", "mdns-domain", "log-level")
_LISTED = ("cors",)
_SWITCHES = ("mdns", "print-logs", "pure", "help", "version")
_LETTERS = {"h": "help", "v": "version"}
_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")
_KNOWN = (*_VALUED, *_LISTED, *_SWITCHES)


PROGRAM = "opencode"
"""The name of the program, and the entrypoint of its official image."""


@dataclass(frozen=True, slots=True)
class Option:
    """A setting as it was given, and where."""

    value: str
    at: Place


@dataclass(frozen=True, slots=True)
class Fault:
    """What OpenCode does not accept, and where it stands."""

    message: str
    at: Place


@dataclass(slots=True)
class ServerCommand:
    """`names` are the arguments that are no options: the first one is the subcommand."""

    names: list[Argument] = field(default_factory=list)
    options: dict[str, Option] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: Argument | None = None

    def listens(self, name: str, configuration: Configuration) -> Option | None:
        """The `hostname` or `port` that holds in the end; None for OpenCode's own default."""
        given = self.options.get(name)
        if given is not None:
            return given
        configured = configuration.effective("server", name, only_global=True)
        if configured is not None:
            source, value = configured
            return Option(str(value.content), source.location(value))
        mdns = self.options.get("mdns") if name == "hostname" else None
        return Option("0.0.0.0", mdns.at) if mdns and mdns.value == "true" else None  # noqa: S104


def listening_port(tree: Tree, paths: ServerPaths) -> int | None:
    """The port that the server of a container listens on; None where the files do not tell."""
    process = process_of(tree, paths.environment, (PROGRAM,))
    starts = started_by(process, paths.environment, PROGRAM)
    if not starts:
        return None
    port = read_command(starts[-1]).listens("port", configuration_of(tree, paths))
    return int(port.value) if port and port.value.isdecimal() else None


def read_command(process: Process) -> ServerCommand:
    """Read the arguments behind the program's name."""
    command = ServerCommand()
    waiting = list(process.words[1:])[::-1]
    while waiting:
        argument = waiting.pop()
        if argument.text is None:
            command.unknown = command.unknown or argument
        elif argument.text == "--":
            break
        elif re.match(r"--?[^-]", argument.text):
            _read_option(command, argument, argument.text, waiting)
        else:
            command.names.append(argument)
    command.faults += _extra(command)
    return command


def _read_option(command: ServerCommand, argument: Argument, text: str, waiting: list[Argument]) -> None:
    written, equals, value = text.partition("=")
    name = _name(written)
    if name.removeprefix("no-") not in _KNOWN:
        message = (
            f"OpenCode has no option '{written}' and exits{hint(written, [f'--{item}' for item in _KNOWN])}"
        )
        command.faults.append(Fault(message, argument.at))
        return
    if name in command.options and name not in _LISTED:
        command.faults.append(Fault(f"'{written}' is given twice", argument.at))
    at = argument.at
    if not equals:
        if name in _VALUED and waiting and waiting[-1].text is None:
            command.unknown = command.unknown or waiting[-1]
        value, at = _value(name, argument, waiting)
    if not value:
        command.faults.append(Fault(f"'{written}' has no value", argument.at))
    command.options[name.removeprefix("no-")] = Option(value, at)


def _value(name: str, argument: Argument, waiting: list[Argument]) -> tuple[str, Place]:
    """The value of an option that was written without `=`, taken from the arguments behind it."""
    following = waiting[-1].text if waiting else None
    if name in _VALUED:
        missing = following is None or following.startswith("-")
        return ("", argument.at) if missing else (following or "", waiting.pop().at)
    while name in _LISTED and waiting and not (waiting[-1].text or "").startswith("-"):
        waiting.pop()
    if name in _SWITCHES and following in ("true", "false"):
        return following, waiting.pop().at
    return "false" if name.startswith("no-") else "true", argument.at


def _name(written: str) -> str:
    """`--mdnsDomain` is `--mdns-domain`, `-h` is `--help`."""
    if not written.startswith("--"):
        return _LETTERS.get(written[1:], written)
    return re.sub("[A-Z]", lambda match: "-" + match[0].lower(), written[2:])


def _extra(command: ServerCommand) -> Iterator[Fault]:
    level = command.options.get("log-level")
    if level and level.value and level.value not in _LEVELS:
        words = f"OpenCode has no log level '{level.value}' and exits{hint(level.value, _LEVELS)}"
        yield Fault(words, level.at)
    for argument in command.names[1:]:
        yield Fault(f"OpenCode does not take the argument '{argument.text}' and exits", argument.at)
