"""PATH of a container: its folders, and what lies in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.lean import dataclass
from opencode_policy.pods.container_filesystem import Filesystem, Place, normal
from opencode_policy.pods.kubelet_environment import environment_of
from opencode_policy.resource import Field
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH of an image that sets none of its own, the official OpenCode image among them (containerd, Docker)."""


@dataclass(frozen=True, slots=True)
class SearchPath:
    """The folders of a PATH, in order; `at` sets it, `folders` is None where its value is not known."""

    folders: tuple[str, ...] | None
    filesystem: Filesystem
    at: Field

    def leads_to(self, place: Place) -> bool:
        """Whether one of the folders is the one at a place of the pod, maybe by another path."""
        wanted = place.identity
        found = (self.filesystem.place(folder).identity for folder in self.folders or ())
        return wanted is not None and wanted in found

    def missing(self, needed: Iterable[str]) -> list[str]:
        """Those of some folders that are not in it."""
        return [folder for folder in needed if folder not in (self.folders or ())]

    def hidden(self, needed: Iterable[str]) -> Iterator[Place]:
        """Those of some folders of the image that a volume is mounted over."""
        places = map(self.filesystem.place, needed)
        return (place for place in places if place.mount is not None)


def search_path(tree: Tree, container: Container) -> SearchPath:
    """The PATH of a container."""
    environment = environment_of(tree, container)
    given = environment.get("PATH")
    value = given.value if given else (DEFAULT_PATH if environment.closed else None)
    folders = None
    if value is not None:
        folders = tuple(normal(folder) for folder in value.split(":") if folder.startswith("/"))
    return SearchPath(folders, Filesystem(container, environment), environment.place("PATH"))
