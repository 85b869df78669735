"""A container as the world of a script, and following what it runs in that world."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial

from opencode_policy.leaks.sites import Run
from opencode_policy.lean import replace
from opencode_policy.nodes import ScalarNode
from opencode_policy.pods.kubelet import expand
from opencode_policy.resource import Field
from opencode_policy.scripts import file_in_container
from opencode_policy.secrets.flow import flow_of
from opencode_policy.secrets.use import uses_of
from opencode_policy.shell.holes import SECRET, without_holes
from opencode_policy.shell.interpreter import Interpreter, interpreter, shebang
from opencode_policy.shell.spans import Span
from opencode_policy.taint.analysis import Followed, follow, follow_program
from opencode_policy.taint.cells import Switch
from opencode_policy.taint.urls import credential
from opencode_policy.taint.values import ANYTHING, Flow, Flows, Place, Secret, Text, Value, merged
from opencode_policy.taint.words import Argument
from opencode_policy.taint.world import File, World
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*:)[^/@\s]+(?=@)")


def world_of(tree: Tree, container: Container) -> tuple[World, tuple[str, ...]]:
    """The world that a container is, and the names that its secrets have there."""
    variables, anywhere = _environment(tree, container)
    paths = {use.path: Secret(use.path, use.at) for use in uses_of(container) if use.path}
    world = World(
        variables={name: Value((text,)) for name, text in variables.items()},
        secret_paths=paths,
        anywhere=anywhere,
        read=cache(partial(_file, tree, container)),  # each command asks for the file of its name
    )
    flows = merged(*(text.flows for text in variables.values()), anywhere)
    names = [flow.secret.name for flow in flows] + list(paths)
    return world, tuple(dict.fromkeys(names))


def _file(tree: Tree, container: Container, path: str) -> File | None:
    node = file_in_container(tree, container, path)
    return None if node is None else File(node.value, node)


def _environment(tree: Tree, container: Container) -> tuple[dict[str, Text], Flows]:
    """Variables in the order in which the kubelet makes them, and secrets under unknown names."""
    variables: dict[str, Text] = {}
    anywhere: list[Flows] = []
    for entry in container.field["envFrom"]:
        prefix = entry["prefix"].text
        for name, text in _bulk(tree, container, entry):
            if name:
                variables[prefix + name] = text
            else:
                anywhere.append(text.flows)
    secret_uses = {use.variable: use for use in uses_of(container) if use.variable}
    for entry in container.field["env"]:
        name = entry["name"].text
        if name in secret_uses and entry["valueFrom"]:
            variables[name] = _secret(name, secret_uses[name].at)
        elif entry["valueFrom"]:
            variables[name] = ANYTHING.texts[0]
        elif name:
            variables[name] = _written(name, entry["value"], variables)
    return variables, merged(*anywhere)


def _secret(name: str, at: Field) -> Text:
    return Text(SECRET, (Flow(Secret(name, at)),))


def _written(name: str, field: Field, variables: dict[str, Text]) -> Text:
    """A value that stands in the manifest; a password in a URL there counts as secret."""
    text, _ = expand(without_holes(field.text), variables)
    skeleton = _PASSWORD.sub(lambda match: match[1] + SECRET, text.skeleton)
    if skeleton == text.skeleton:
        return text
    return Text(skeleton, merged(text.flows, (Flow(Secret(f"the password in {name}", field)),)))


def _bulk(tree: Tree, container: Container, entry: Field) -> Iterator[tuple[str, Text]]:
    """Names and values of `envFrom`; an empty name stands for those that no file shows."""
    namespace = container.pod.workload.namespace
    secret, config = entry["secretRef"]["name"], entry["configMapRef"]["name"]
    if secret:
        makers = flow_of(tree).makers(namespace, secret.text)
        for key in dict.fromkeys(key for maker in makers for key in maker.keys):
            yield key, _secret(entry["prefix"].text + key, secret)
        if not makers or any(maker.opaque for maker in makers):
            yield "", _secret(f"the Secret {secret.text}", secret)
    resource = tree.get("ConfigMap", config.text, namespace) if config else None
    for key, field in resource["data"].entries() if resource else ():
        yield key, _written(key, field, {})


def follow_argv(
    tree: Tree, container: Container, world: World, held: tuple[str, ...], argv: list[Field]
) -> Run:
    """Follow an argument list of a container."""
    variables = {name: value.texts[0] for name, value in world.variables.items()}
    texts = [expand(without_holes(item.text), variables)[0] for item in argv]
    arguments = tuple(Argument(text, Span(at, at + 1)) for at, text in enumerate(texts))
    if argv and argv[0].path[-2] == "args":  # the image names the program
        arguments = (Argument(Text("the image's program"), Span(0, 1)), *arguments)
    urls = {name: text for name, text in variables.items() if text.flows and credential(text)}
    run = Run(container, tuple(argv), held, follow_program(world, arguments), urls=urls)
    shell = interpreter([item.text for item in argv])
    started = Place(None, Span(shell.trace_at or shell.shell_at, 0)) if shell else None
    if shell is not None and shell.inline_at is not None and shell.inline_at < len(argv):
        return _inline(run, world, shell, argv[shell.inline_at], texts, started)
    path_at = (shell.path_at if shell else 0) if argv else None
    if path_at is None or path_at >= len(argv):
        return run
    return _file_run(tree, run, world, shell, argv[path_at], texts[path_at:], started)


def _inline(
    run: Run, world: World, shell: Interpreter, argument: Field, texts: list[Text], started: Place | None
) -> Run:
    if not isinstance(argument.node, ScalarNode):
        return replace(run, script=argument, unread="the script is no text")
    variables = {name: value.texts[0] for name, value in world.variables.items()}
    text, origin = expand(without_holes(argument.node.value), variables)
    rest = [Value((item,)) for item in texts[shell.arguments_at :]]
    name = rest[0].known if rest else None
    world = replace(world, shell=shell.shell, name=name or shell.shell, arguments=tuple(rest[1:]))
    changed = text.skeleton != argument.node.value
    followed = follow(
        text.skeleton if changed else argument.node.value,
        world,
        argument.node,
        shell,
        origin=origin if changed else None,
        holes=text.flows,
        started_at=started,
    )
    return replace(run, followed=combined(run.followed, followed), script=argument, text=argument.node)


def _file_run(
    tree: Tree,
    run: Run,
    world: World,
    shell: Interpreter | None,
    argument: Field,
    texts: list[Text],
    started: Place | None,
) -> Run:
    """A script by its path, if the tree holds it."""
    node = file_in_container(tree, run.container, argument.text)
    if node is None:
        unread = f"{argument.text} is no file of a ConfigMap of this tree" if shell else ""
        switch = _tracing(shell, started)
        if switch is not None and world.holds_secret:
            run.followed.report.tracing[switch] = None
            run.followed.report.switched[switch] = None
        return replace(run, script=argument if shell else None, unread=unread)
    arguments = tuple(Value((text,)) for text in texts[1:])
    used = shell or shebang(node.value)
    if used is None and node.value.startswith("#!"):
        return replace(run, script=argument, unread=f"{argument.text} is no shell script")
    world = replace(world, shell=used.shell if used else "sh", name=argument.text, arguments=arguments)
    place = started if shell else Place(node, Span(0, len(node.value.partition("\n")[0])))
    followed = follow(node.value, world, node, used, started_at=place)
    return replace(run, followed=combined(run.followed, followed), script=argument, text=node)


def _tracing(shell: Interpreter | None, started: Place | None) -> Switch | None:
    if shell is None or started is None or not shell.trace:
        return None
    return Switch(started, f"the option -x of {shell.shell}")


def combined(program: Followed, script: Followed) -> Followed:
    """What following the script found, and what the argument list that starts it shows."""
    leaks = {**program.report.leaks, **script.report.leaks}
    script.report.leaks = leaks
    return script
