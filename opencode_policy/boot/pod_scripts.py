"""What the containers of a pod run, as commands with their places: in main processes, hooks and probes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.resource import Field
from opencode_policy.scripts import Script, scripts_of
from opencode_policy.shell.commands_run import CommandRun, commands_run
from opencode_policy.shell.git_commands import GitCall, git_calls
from opencode_policy.shell.interpreter import interpreter
from opencode_policy.shell.spans import Span
from opencode_policy.symbolic.environment import entrypoint, expanded
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod

_HANDLERS = ("postStart", "preStop")
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@dataclass(frozen=True, slots=True)
class PodScript:
    """A text that a container of a pod runs, with its commands."""

    container: Container
    text: str
    commands: tuple[CommandRun, ...]
    script: Script | None
    argv: tuple[Field, ...] = ()

    def location(self, span: Span) -> Location:
        """The place of a range of the text; all of an argument list stands at its first element."""
        if self.script is not None:
            return self.script.location(span.start, span.end)
        return self.argv[0].location

    @property
    def late(self) -> bool:
        """Whether it runs at other times than when the container starts."""
        first = self.script.argument if self.script is not None else self.argv[0]
        return bool({"preStop", *_PROBES} & set(first.path))

    def git_calls(self) -> Iterator[GitCall]:
        """The calls of git among the commands."""
        return git_calls(self.text, self.commands)


def pod_scripts(tree: Tree, pod: Pod) -> list[PodScript]:
    """Everything that the containers of a pod run and that can be read."""
    found = [_of_script(script) for script in scripts_of(tree, pod)]
    for container in pod.all_containers:
        found += [_of_argv(container, argv) for argv in _direct(container)]
    return found


def _of_script(script: Script) -> PodScript:
    environment = tuple(sorted(script.environment.items(), key=lambda item: item[0]))
    return PodScript(script.container, script.text, _commands(script.text, environment), script)


@lru_cache(maxsize=64)
def _commands(text: str, environment: tuple[tuple[str, str | None], ...]) -> tuple[CommandRun, ...]:
    return tuple(commands_run(text, dict(environment)))


def _of_argv(container: Container, argv: tuple[Field, ...]) -> PodScript:
    values = {name: text for name, text in container.env_values().items() if text is not None}
    words = (*_program(container, argv), *(expanded(item.text, values) for item in argv))
    text = " ".join(words)
    run = CommandRun(Span(0, len(text)), (), (words,), ())
    return PodScript(container, text, (run,), None, argv)


def _program(container: Container, argv: tuple[Field, ...]) -> list[str]:
    main = bool(argv) and argv[0].path == (container.argv[:1] or [argv[0]])[0].path
    return entrypoint(container) if main else []


def _direct(container: Container) -> Iterator[tuple[Field, ...]]:
    """Argument lists that start no shell."""
    argvs = [container.argv]
    argvs += [list(container.field["lifecycle"][name]["exec"]["command"]) for name in _HANDLERS]
    argvs += [list(container.field[name]["exec"]["command"]) for name in _PROBES]
    for argv in argvs:
        if argv and interpreter([item.text for item in argv]) is None:
            yield tuple(argv)
