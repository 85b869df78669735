"""The calls of git among the commands of a script, also those that reach git by a detour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from opencode_policy.lean import dataclass
from opencode_policy.shell.commands_run import CommandRun
from opencode_policy.shell.git_line import GitLine, read_git_line
from opencode_policy.shell.holes import UNKNOWN
from opencode_policy.shell.spans import Span
from opencode_policy.shell.wrappers import base_name, unwrap

_PASSED_ON = re.compile(r"\$\{?[1-9@*]")
_DETOURS = frozenset(
    {"kubectl", "docker", "podman", "nerdctl", "crictl", "nsenter", "find", "ssh", "parallel", "watch"}
)
"""Programs that run the command which stands somewhere among their arguments."""


@dataclass(frozen=True, slots=True)
class GitCall:
    """One call of git: its command line, the command that it stands in, and the place to point at."""

    line: GitLine
    command: CommandRun
    span: Span


def git_calls(text: str, commands: Iterable[CommandRun]) -> Iterator[GitCall]:
    """Calls of git; `text` is the script that the commands were read from."""
    found = list(commands)
    aliases = dict(_aliases(found))
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for command in found:
        span = _spoken(text, command)
        for argv in command.argvs:
            words = git_words(argv)
            if words is None or (span.start, words) in seen:
                continue
            seen.add((span.start, words))
            yield GitCall(_resolved(read_git_line(words), aliases), command, span)


@lru_cache(maxsize=4096)
def git_words(argv: tuple[str, ...]) -> tuple[str, ...] | None:
    """What follows the word `git` where a command runs git, else None."""
    words = [text for text, _ in unwrap(argv).items]
    if words and base_name(words[0]) in _DETOURS:
        at = next((index for index, word in enumerate(words) if base_name(word) == "git"), 0)
        words = words[at:] if at else words
    name = base_name(words[0]) if words else ""
    if name == "git":
        return tuple(words[1:])
    return (name.removeprefix("git-"), *words[1:]) if name.startswith("git-") else None


def _spoken(text: str, command: CommandRun) -> Span:
    """The innermost call that says what is done: one made only of parameters passes on what it was given."""
    for span in (command.span, *reversed(command.calls)):
        if not _PASSED_ON.search(text[span.start : span.end]):
            return span
    return command.span


def _aliases(commands: Iterable[CommandRun]) -> Iterator[tuple[str, str]]:
    """Aliases that the script gives git, with what they stand for."""
    for command in commands:
        for argv in command.argvs:
            words = git_words(argv) or ()
            line = read_git_line(words) if "config" in words else None
            if line is not None and line.subcommand == "config":
                yield from _alias(line.operands())


def _alias(words: list[str]) -> Iterator[tuple[str, str]]:
    words = [word for word in words if word != "set"]
    if len(words) > 1 and words[0].startswith("alias."):
        yield words[0].removeprefix("alias."), words[1]


def _resolved(line: GitLine, aliases: Mapping[str, str]) -> GitLine:
    own = dict(setting.partition("=")[::2] for setting in line.settings if setting.startswith("alias."))
    known = {**aliases, **{name.removeprefix("alias."): text for name, text in own.items()}}
    text = known.get(line.subcommand)
    if text is None:
        return line
    words = text.removeprefix("!").split()
    words = words[1:] if text.startswith("!") and words[:1] == ["git"] else words
    return read_git_line((*words, *line.arguments)) if words else line


def known(text: str) -> bool:
    """Whether nothing of a word is left open."""
    return UNKNOWN not in text
