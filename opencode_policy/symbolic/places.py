"""Where a path of a container really lies: on which volume, and where on it.

Two containers that mount one volume at different paths name the same file by different paths; what one
writes the other finds by the place.
"""

from __future__ import annotations

import posixpath
from dataclasses import field
from functools import cached_property
from typing import NamedTuple

from opencode_policy.lean import dataclass
from opencode_policy.symbolic.symbols import is_known
from opencode_policy.workload import Container, Mount

_SOMEWHERE = "?"


class Place(NamedTuple):
    """A path on a volume, absolute from the volume's root; `volume` may be a container's own file system."""

    volume: str
    path: str

    def below(self, other: Place) -> bool:
        """Whether this place is `other` or lies in it."""
        if self.volume != other.volume:
            return False
        return self.path == other.path or self.path.startswith(other.path.rstrip("/") + "/")

    def relative_to(self, other: Place) -> str:
        """The rest of the path below `other`; empty for `other` itself."""
        return self.path[len(other.path.rstrip("/")) :].lstrip("/")

    def __truediv__(self, name: str) -> Place:
        return Place(self.volume, posixpath.join(self.path, name))

    @property
    def parent(self) -> Place:
        return Place(self.volume, posixpath.dirname(self.path) or "/")

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def own(self) -> bool:
        """Whether it is on a container's own file system."""
        return self.volume.startswith("(")

    @property
    def known(self) -> bool:
        """Whether the place is certain: no part of its path is a symbol."""
        return self.volume != _SOMEWHERE and is_known(self.path)


@dataclass(frozen=True)
class Layout:
    """How a container sees its volumes; without a container all paths are of one file system."""

    container: Container | None = None
    _places: dict[tuple[str, str], Place] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def mounts(self) -> list[Mount]:
        """Mounts, the innermost first; also of the volumes that a StatefulSet makes for each pod."""
        found = [*self.container.mounts, *_templated(self.container)] if self.container else []
        return sorted(found, key=lambda mount: -len(mount.path))

    @property
    def own(self) -> str:
        """Name of the container's own file system."""
        return f"({self.container.name})" if self.container else "()"

    def place(self, path: str, directory: str = "/") -> Place:
        """The place of a path, taken from `directory` where it is relative."""
        found = self._places.get((path, directory))
        if found is None:
            found = self._places[path, directory] = self._place(path, directory)
        return found

    def _place(self, path: str, directory: str) -> Place:
        full = path if _absolute(path) else posixpath.join(directory, path)
        if not full.startswith("/"):
            return Place(_SOMEWHERE, posixpath.normpath(full))
        full = _normal(full)
        mount = self.mount_of(full)
        if mount is None:
            return Place(self.own, full)
        inner = full[len(mount.path) :].lstrip("/")
        return Place(volume_of(mount), _normal(posixpath.join("/", sub_path(mount), inner)))

    def path_of(self, place: Place) -> str:
        """The path of a place; that on its volume, where the container does not see it."""
        for mount in self.mounts:
            root = Place(volume_of(mount), _normal("/" + sub_path(mount)))
            if place.below(root):
                return _normal(posixpath.join(mount.path, place.relative_to(root)))
        return place.path

    def mount_of(self, path: str) -> Mount | None:
        """The innermost mount that holds an absolute path."""
        for mount in self.mounts:
            if path == mount.path or path.startswith(mount.path.rstrip("/") + "/"):
                return mount
        return None

    def read_only(self, path: str, directory: str = "/") -> bool:
        """Whether a path lies on a mount that cannot be written to."""
        mount = self.mount_of(_normal(posixpath.join(directory, path)))
        if mount is None:
            return False
        return mount.read_only or any(mount.volume[kind] for kind in ("configMap", "secret", "projected"))


def volume_of(mount: Mount) -> str:
    """Name of the volume behind a mount."""
    return mount.field["name"].text


def sub_path(mount: Mount) -> str:
    """The folder of the volume that is mounted; an expression stands for itself."""
    return mount.sub_path or mount.field["subPathExpr"].text


def claim_templates(container: Container) -> list[str]:
    """Names of the volumes that the workload makes a claim for."""
    templates = container.pod.workload["spec"]["volumeClaimTemplates"]
    return [template["metadata"]["name"].text for template in templates]


def _templated(container: Container) -> list[Mount]:
    names = claim_templates(container)
    return [
        Mount(
            field,
            field["volume"],
            posixpath.normpath(field["mountPath"].text or "/"),
            field["subPath"].text,
            field["readOnly"].value is True,
        )
        for field in container.field["volumeMounts"]
        if field["name"].text in names
    ]


def _absolute(path: str) -> bool:
    return path.startswith("/") or not is_known(path[:1])


def _normal(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))
