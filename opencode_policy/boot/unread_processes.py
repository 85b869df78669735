"""Init containers whose work cannot be read: what the image runs, or a script that the tree does not hold."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.resource import Field
from opencode_policy.scripts import file_in_container
from opencode_policy.shell.interpreter import interpreter
from opencode_policy.symbolic.environment import entrypoint
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod

_READ = frozenset({"git"})


@dataclass(frozen=True, slots=True)
class UnreadProcess:
    """A container whose process is not known; `missing` tells that its script is certainly not there."""

    words: str
    at: Field
    missing: bool = False


def unread_processes(tree: Tree, pod: Pod) -> Iterator[UnreadProcess]:
    """The init containers of a pod that do something unknown."""
    for container in pod.init_containers:
        argv = [*entrypoint(container), *(item.text for item in container.argv)]
        shell = interpreter(argv)
        if not argv:
            yield UnreadProcess(f"what the image of {container.name} runs is not known", container.image)
        elif shell is None:
            yield from _program(tree, container, argv[0])
        elif shell.inline_at is None:
            yield from _script(tree, container, shell.path_at)


def _program(tree: Tree, container: Container, program: str) -> Iterator[UnreadProcess]:
    known = posixpath.basename(program) in _READ or file_in_container(tree, container, program) is not None
    if not known:
        at = container.argv[0] if container.argv else container.image
        yield UnreadProcess(f"what {program} does in {container.name} is not known", at)


def _script(tree: Tree, container: Container, path_at: int | None) -> Iterator[UnreadProcess]:
    """A script by its path, in a ConfigMap of the tree or elsewhere."""
    if path_at is None or path_at >= len(container.argv):
        yield UnreadProcess(
            f"what {container.name} reads from its input is not known", container.field["command"]
        )
        return
    argument = container.argv[path_at]
    if file_in_container(tree, container, argument.text) is not None:
        return
    keys = _files_beside(tree, container, argument.text)
    if keys is None:
        yield UnreadProcess(f"{argument.text} of {container.name} is not in the tree", argument)
    else:
        words = f"{container.name} runs {argument.text}, which is not there{hint(argument.text, keys)}"
        yield UnreadProcess(words, argument, missing=True)


def _files_beside(tree: Tree, container: Container, path: str) -> list[str] | None:
    """Paths of the files of the ConfigMap that is mounted there; None where it is none of the tree's."""
    mount = container.mount_of(path) if path.startswith("/") else None
    namespace = container.pod.workload.namespace
    resource = tree.get("ConfigMap", mount.config_map, namespace) if mount and mount.config_map else None
    if mount is None or resource is None:
        return None
    return [posixpath.join(mount.path, key) for key, _ in resource["data"].entries()]
