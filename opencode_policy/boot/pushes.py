"""Commands that send commits to a server, and scripts that hold them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from opencode_policy.boot.pod_scripts import PodScript, pod_scripts
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode
from opencode_policy.resource import Resource
from opencode_policy.scalar_map import locate
from opencode_policy.shell.commands_run import CommandRun, commands_run
from opencode_policy.shell.git_commands import GitCall, git_calls
from opencode_policy.shell.git_line import GitLine
from opencode_policy.shell.holes import UNKNOWN
from opencode_policy.shell.interpreter import shebang
from opencode_policy.shell.spans import Span
from opencode_policy.shell.wrappers import base_name, unwrap
from opencode_policy.source import Source
from opencode_policy.tree import Tree
from opencode_policy.workload import Pod

_HOSTS = {
    "gh": {"pr", "release", "repo"},
    "glab": {"mr", "release", "repo"},
    "hub": {"push", "pull-request", "release", "sync"},
    "tea": {"pr", "pulls", "release"},
}
"""Command lines of git hosts, and what of them changes a repository there."""

_READING = frozenset(
    {"view", "list", "status", "diff", "checks", "checkout", "clone", "download", "set-default"}
)


@dataclass(frozen=True, slots=True)
class Push:
    """One command that pushes, as people know it, and its place."""

    command: str
    at: Location


def pushes_of_pod(tree: Tree, pod: Pod) -> list[Push]:
    """What the containers of a pod push."""
    return [push for script in pod_scripts(tree, pod) for push in _of_pod_script(script)]


def _of_pod_script(script: PodScript) -> Iterator[Push]:
    return _pushes(script.text, script.commands, script.location)


def pushes_of_config_map(resource: Resource) -> list[Push]:
    """What the scripts among the values of a ConfigMap push; a file it was made from speaks for itself."""
    found = []
    for key, value in resource["data"].entries():
        node = value.node
        if isinstance(node, ScalarNode) and node.style != "file" and is_script(key, node.value):
            found += pushes_in(node.value, partial(_place_in, node))
    return found


def _place_in(node: ScalarNode, span: Span) -> Location:
    return locate(node, span.start, span.end)


def pushes_of_source(source: Source) -> list[Push]:
    """What a script of the repository pushes."""
    return pushes_in(source.text, lambda span: source.location(span.start, span.end))


def pushes_in(text: str, location: Callable[[Span], Location]) -> list[Push]:
    """What a script pushes."""
    return list(_pushes(text, tuple(commands_run(text)), location))


def is_script(name: str, text: str) -> bool:
    """Whether a file is a shell script: by its name, or by its first line."""
    return posixpath.splitext(name)[1] in (".sh", ".bash", ".ash") or shebang(text) is not None


def _pushes(
    text: str, commands: Iterable[CommandRun], location: Callable[[Span], Location]
) -> Iterator[Push]:
    found = list(commands)
    for call in git_calls(text, found):
        name = _pushing(call)
        if name:
            yield Push(name, location(call.span))
    for command in found:
        names = filter(None, map(_by_host, command.argvs))
        yield from (Push(name, location(command.span)) for name in names)
        if any("/hooks/" in path for path in command.outputs):
            yield from _hook(command, location)


def _pushing(call: GitCall) -> str:
    """The call as people know it if it pushes, else an empty text."""
    line = call.line
    words = [word for word in line.arguments if not word.startswith("-")]
    if line.subcommand in ("push", "send-pack"):
        return "" if _harmless(line) else f"git {line.subcommand}"
    if line.subcommand in ("subtree", "lfs") and words[:1] == ["push"]:
        return f"git {line.subcommand} push"
    if line.subcommand in ("svn", "p4") and words[:1] in (["dcommit"], ["submit"]):
        return f"git {line.subcommand} {words[0]}"
    return ""


def _harmless(line: GitLine) -> bool:
    return bool({"--dry-run", "-n", "--help", "-h"} & set(line.arguments))


def _by_host(argv: tuple[str, ...]) -> str:
    """A command of a git host's own program that changes a repository there."""
    words = [text for text, _ in unwrap(argv).items]
    name = base_name(words[0]) if words else ""
    if name not in _HOSTS:
        return ""
    rest = [word for word in words[1:] if not word.startswith("-") and UNKNOWN not in word]
    if rest[:1] == [] or rest[0] not in _HOSTS[name]:
        return ""
    return "" if len(rest) > 1 and rest[1] in _READING else " ".join([name, *rest[:2]])


def _hook(command: CommandRun, location: Callable[[Span], Location]) -> Iterator[Push]:
    """A hook that a script writes: git runs it later."""
    printed = [argv[1:] for argv in command.argvs if argv and base_name(argv[0]) in ("echo", "printf")]
    texts = [" ".join(word for word in words if word != "%s\\n").replace("\\n", "\n") for words in printed]
    for text in (command.stdin or "", *texts):
        for push in pushes_in(text, lambda _: location(command.span)) if text else ():
            yield Push(f"a hook with {push.command}", push.at)
