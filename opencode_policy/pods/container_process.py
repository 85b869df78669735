"""What a container runs in the end: behind an init such as tini, and inside the shell script it starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Place
from opencode_policy.pods.kubelet_environment import Environment
from opencode_policy.scripts import Script, scripts_of
from opencode_policy.shell.holes import UNKNOWN
from opencode_policy.shell.interpreter import SHELLS
from opencode_policy.shell.wrappers import base_name, unwrap
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

if TYPE_CHECKING:
    from opencode_policy.shell.syntax import Command, Part, Word


@dataclass(frozen=True, slots=True)
class Argument:
    """One element of a command line: its text, None where it is not known, and where it stands."""

    text: str | None
    at: Place


@dataclass(frozen=True, slots=True)
class Process:
    """A container's process. `wrappers` are the programs before it, `script` the script of a shell."""

    words: tuple[Argument, ...]
    wrappers: tuple[str, ...] = ()
    script: Script | None = None

    @property
    def program(self) -> str:
        """Name of the program without its folder; empty where it is not known."""
        return base_name(self.words[0].text or "") if self.words else ""

    @property
    def is_shell(self) -> bool:
        """Whether a shell runs it: by its name, or because it is a script itself."""
        return self.program in SHELLS or self.script is not None


def process_of(tree: Tree, environment: Environment, entrypoint: Sequence[str]) -> Process:
    """The first process of a container; `entrypoint` is its image's, for a container without `command`."""
    container = environment.container
    given = [Argument(text, field) for field, text in environment.argv]
    if not container.field["command"]:
        at = container.field["args"]
        given = [*(Argument(text, at) for text in entrypoint), *given]
    process = _unwrapped(given)
    return Process(process.words, process.wrappers, _script(tree, container))


def started_by(process: Process, environment: Environment, program: str) -> list[Process]:
    """Every start of a program: the process itself, or a command of its script."""
    if process.script is None:
        return [process] if process.program == base_name(program) else []
    found = [_of_command(process.script, environment, command) for command in commands_of(process.script)]
    return [started for started in found if started.program == base_name(program)]


def commands_of(script: Script) -> Iterator[Command]:
    """Every simple command of a script, in order, also inside its functions and compound commands."""
    return _commands(_statements(script))


def passes_on_sigterm(script: Script, program: str) -> bool:
    """Whether a shell ends a program when told to: it traps the signal and has the program in the background.

    While a shell waits for a command in the foreground its traps wait too (POSIX, 2.12).
    """
    from opencode_policy.shell.syntax import Background

    behind = [node for node in _nodes(_statements(script)) if isinstance(node, Background)]
    commands = [command for node in behind for command in _commands((node.body,))]
    trapped = any(_traps_sigterm(command) for command in commands_of(script))
    return trapped and any(program in (word.value for word in command.words) for command in commands)


def _traps_sigterm(command: Command) -> bool:
    words = [word.value for word in command.words]
    if len(words) < 3 or words[0] != "trap" or words[1] in ("", "-"):
        return False
    return any(word in ("TERM", "SIGTERM", "15") for word in words[2:])


def _statements(script: Script) -> tuple[object, ...]:
    from opencode_policy.shell.script import parse_script

    return parse_script(script.text).statements


def _commands(statements: tuple[object, ...]) -> Iterator[Command]:
    from opencode_policy.shell.syntax import Command

    return (node for node in _nodes(statements) if isinstance(node, Command))


def _nodes(statements: tuple[object, ...]) -> Iterator[object]:
    """Every node of a syntax tree, in the order of the text."""
    pending: list[object] = list(reversed(statements))
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending.extend(reversed(item))
        elif hasattr(item, "__slots__"):
            yield item
            pending.extend(getattr(item, name) for name in reversed(item.__slots__))


def _unwrapped(arguments: Sequence[Argument]) -> Process:
    found = unwrap([UNKNOWN if item.text is None else item.text for item in arguments])
    return Process(tuple(arguments[index] for _, index in found.items), found.wrappers)


def _script(tree: Tree, container: Container) -> Script | None:
    """The script that the container's own command line starts."""
    for script in scripts_of(tree, container.pod):
        if script.argument.pointer in {field.pointer for field in container.argv}:
            return script
    return None


def _of_command(script: Script, environment: Environment, command: Command) -> Process:
    variables = environment.variables
    values = {name: item.value for name, item in variables.items()}
    words = [
        Argument(_text(word, values), script.location(word.span.start, word.span.end))
        for word in command.words
    ]
    return _unwrapped(words)


def _text(word: Word, variables: Mapping[str, str | None]) -> str | None:
    """The word's text with the container's environment filled in."""
    texts = [_part(part, variables) for part in word.parts]
    return None if None in texts else "".join(text for text in texts if text is not None)


def _part(part: Part, variables: Mapping[str, str | None]) -> str | None:
    from opencode_policy.shell.syntax import Literal, Parameter

    if isinstance(part, Literal):
        return part.text
    if not isinstance(part, Parameter) or part.prefix or part.index is not None:
        return None
    if not part.operator:
        return variables.get(part.name)
    if part.operator == ":-" and part.operands and variables.get(part.name, "") == "":
        return part.operands[0].value
    return variables.get(part.name) if part.operator == ":-" else None
