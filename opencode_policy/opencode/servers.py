"""OpenCode servers of a tree: those of the workspaces, and whatever else runs their program."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.trees import is_below
from opencode_policy.lean import dataclass
from opencode_policy.nodes import ScalarNode, walk
from opencode_policy.resource import Field, Resource
from opencode_policy.shell.wrappers import base_name
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

_PROGRAM = "opencode"
_SERVING = frozenset({"web", "serve"})
"""Subcommands by which OpenCode listens."""
_VARIABLES = ("OPENCODE_SERVER_PASSWORD", "OPENCODE_SERVER_USERNAME")
"""Variables that only a server reads."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What in a container shows that it runs a server."""

    container: Container
    at: Field
    words: str


def repository(image: str) -> str:
    """An image without tag and digest; a colon before the last slash belongs to the registry's port."""
    head, slash, last = image.partition("@")[0].rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}".removeprefix("docker.io/")


def server_repositories(tree: Tree) -> set[str]:
    """Images, without their versions, that the workspaces' servers run."""
    servers = [item.server for item in tree.workspaces]
    return {repository(item.image.text) for item in servers if item is not None and item.image}


def strangers(tree: Tree) -> Iterator[Sign]:
    """Containers that run a server and are none of a workspace; what nothing applies does not run.

    A workspace that cannot be made out has its server in its folder all the same.
    """
    known = {_identity(item.server) for item in tree.workspaces if item.server is not None}
    images = server_repositories(tree)
    own = {id(item.pod.workload) for item in tree.workspaces if item.pod is not None}
    folders = tuple(item.spec.path for item in tree.workspaces if item.server is None)
    for pod in tree.pods:
        counts = tree.applies(pod.workload) and not is_below(pod.workload.path, folders)
        for container in pod.all_containers if counts else ():
            prepares = container.role == "init" and id(pod.workload) in own
            sign = _sign(container, images)
            if sign is not None and not prepares and _identity(container) not in known:
                yield sign


def _identity(container: Container) -> tuple[int, int]:
    """The object and the place in it: one file that is applied twice makes two servers."""
    return id(container.pod.workload), id(container.field.node)


def _sign(container: Container, images: set[str]) -> Sign | None:
    image, argv = container.image, container.argv
    if repository(image.text) in images:
        return Sign(container, image, f"runs {repository(image.text)}")
    if len(argv) > 1 and base_name(argv[0].text) == _PROGRAM and argv[1].text in _SERVING:
        return Sign(container, argv[0], f"starts {_PROGRAM} {argv[1].text}")
    named = next((container.env(name) for name in _VARIABLES if container.env(name)), None)
    return Sign(container, named["name"], f"is given {named['name'].text}") if named is not None else None


def releases(tree: Tree) -> Iterator[tuple[Resource, ScalarNode]]:
    """HelmReleases whose values name the image of a server, with the value that does."""
    images = server_repositories(tree)
    for release in tree.of_kind("HelmRelease"):
        values = release["spec"]["values"].node
        for node in walk(values) if values is not None else ():
            if repository(node.value) in images:
                yield release, node
                break
