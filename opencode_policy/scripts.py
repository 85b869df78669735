"""Shell scripts where they run: inline in a manifest, or a ConfigMap's file that a container starts.

Every construct of such a script has a place in the file that a person wrote: the manifest for an inline
script, the `.sh` file for one that a kustomize generator brings in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode
from opencode_policy.resource import Field, Resource
from opencode_policy.scalar_map import locate
from opencode_policy.shell.interpreter import Interpreter, interpreter, shebang
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Mount, Pod

_HANDLERS = ("postStart", "preStop")
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@dataclass(frozen=True, slots=True)
class Script:
    """A script that a container runs.

    `node` holds its text; `argument` is the argument that holds or names it; `secret_variables` and
    `secret_paths` map what is secret inside the container to the field that brings it in.
    """

    container: Container
    node: ScalarNode
    argument: Field
    interpreter: Interpreter | None
    arguments: tuple[Field, ...]
    secret_variables: dict[str, Field] = field(default_factory=dict)
    secret_paths: dict[str, Field] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.node.value

    def location(self, start: int, end: int) -> Location:
        """Place of a range of the text in the file it was written in."""
        return locate(self.node, start, end)

    @property
    def option_at(self) -> Field | None:
        """The argument that switches tracing on when the shell starts, if one does."""
        at = self.interpreter.trace_at if self.interpreter else None
        return self.arguments[at] if at is not None and at < len(self.arguments) else None


def scripts_of(tree: Tree, pod: Pod) -> list[Script]:
    """Scripts of all containers of a pod, in the order in which they start."""
    return [script for container in pod.every_container for script in _of_container(tree, container)]


def argvs_of(container: Container) -> list[list[Field]]:
    """Every argument list that a container runs: its own first, then those of its hooks and probes."""
    argvs = [container.argv]
    argvs += [list(container.field["lifecycle"][name]["exec"]["command"]) for name in _HANDLERS]
    argvs += [list(container.field[name]["exec"]["command"]) for name in _PROBES]
    return [argvs[0], *filter(None, argvs[1:])]


def _of_container(tree: Tree, container: Container) -> Iterator[Script]:
    for argv in argvs_of(container):
        script = _of_argv(tree, container, argv)
        if script is not None:
            yield script


def _of_argv(tree: Tree, container: Container, argv: list[Field]) -> Script | None:
    """The script that an argument list starts: inline, by a shell, or by its own path."""
    shell = interpreter([item.text for item in argv])
    if shell is None:
        return _script(tree, container, argv, argv[0], None) if argv else None
    if shell.inline_at is not None and shell.inline_at < len(argv):
        argument = argv[shell.inline_at]
        if isinstance(argument.node, ScalarNode):
            return _made(container, argument.node, argument, shell, argv)
    if shell.path_at is not None and shell.path_at < len(argv):
        return _script(tree, container, argv, argv[shell.path_at], shell)
    return None


def _script(
    tree: Tree, container: Container, argv: list[Field], argument: Field, shell: Interpreter | None
) -> Script | None:
    """The script behind a path, if a ConfigMap of the tree holds it."""
    node = file_in_container(tree, container, argument.text)
    if node is None:
        return None
    return _made(container, node, argument, shell or shebang(node.value), argv)


def _made(
    container: Container,
    node: ScalarNode,
    argument: Field,
    shell: Interpreter | None,
    argv: list[Field],
) -> Script:
    return Script(
        container,
        node,
        argument,
        shell,
        tuple(argv),
        secret_variables(container),
        secret_paths(container),
    )


def file_in_container(tree: Tree, container: Container, path: str) -> ScalarNode | None:
    """Text of a file that a ConfigMap of the tree puts at an absolute path of a container."""
    mount = container.mount_of(path) if path.startswith("/") else None
    if mount is None or not mount.config_map:
        return None
    config_map = tree.get("ConfigMap", mount.config_map, container.pod.workload.namespace)
    if config_map is None:
        return None
    key = mount.sub_path or posixpath.relpath(posixpath.normpath(path), mount.path)
    return _entry(config_map, mount, key)


def _entry(config_map: Resource, mount: Mount, path: str) -> ScalarNode | None:
    items = {item["path"].text: item["key"].text for item in mount.volume["configMap"]["items"]}
    key = items.get(path) if items else path
    node = config_map["data"][key].node if key else None
    return node if isinstance(node, ScalarNode) else None


def secret_variables(container: Container) -> dict[str, Field]:
    """Environment variables whose value comes from one key of a Secret."""
    return {
        entry["name"].text: entry["valueFrom"]["secretKeyRef"]["key"]
        for entry in container.field["env"]
        if entry["valueFrom"]["secretKeyRef"]
    }


def secret_paths(container: Container) -> dict[str, Field]:
    """Files and folders of a container that hold a Secret, by absolute path."""
    found: dict[str, Field] = {}
    for mount in container.mounts:
        for source, name in _secret_sources(mount):
            paths = [item["path"].text for item in source["items"]]
            if mount.sub_path:
                found[mount.path] = source[name]
            elif paths:
                found.update({posixpath.join(mount.path, path): source[name] for path in paths})
            else:
                found[mount.path] = source[name]
    return found


def _secret_sources(mount: Mount) -> Iterator[tuple[Field, str]]:
    if mount.volume["secret"]:
        yield mount.volume["secret"], "secretName"
    for source in mount.volume["projected"]["sources"]:
        if source["secret"]:
            yield source["secret"], "name"
