"""Where an absolute path of a container lies: on which volume, how deep inside it, and who may write."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.pods.kubelet_environment import Environment
from opencode_policy.resource import Field
from opencode_policy.workload import Container, Mount

READ_ONLY_KINDS = {
    "configMap": "a ConfigMap",
    "downwardAPI": "a downward API volume",
    "image": "an image volume",
    "projected": "a projected volume",
    "secret": "a Secret",
}
"""Volumes that the kubelet mounts read-only, whatever the mount says (Kubernetes, "Volumes")."""

_OWNED_BY_ROOT = ("persistentVolumeClaim", "ephemeral")
"""Volumes whose new file system belongs to root until the kubelet hands it to the pod's fsGroup."""

_OPEN_TO_ALL = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - world-writable in common base images
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a tmpfs of its own in every container


@dataclass(frozen=True, slots=True)
class User:
    """Who a container runs as; `uid` is None where the image decides, which is mostly root."""

    uid: int | None
    at: Field

    @property
    def is_root(self) -> bool:
        return not self.uid


def user_of(container: Container) -> User:
    """The user of a container: its own securityContext beats the pod's."""
    contexts = (container.field["securityContext"], container.pod.spec["securityContext"])
    for context in contexts:
        uid = context["runAsUser"]
        if isinstance(uid.value, int):
            return User(uid.value, uid)
    return User(None, contexts[1] if contexts[1] else contexts[0])


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a path cannot be written to, as the predicate of a sentence, and the field that makes it so.

    `read_only` tells EROFS from EACCES: some programs put up with the one and not with the other.
    """

    words: str
    at: Field | None = None
    read_only: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path lies. Without a `mount` it is in the image.

    `inside` is the path in the volume, empty for its root, and None where a `subPathExpr` is not known.
    """

    container: Container
    path: str
    mount: Mount | None = None
    inside: str | None = None

    @property
    def kind(self) -> str:
        """The kind of volume (`emptyDir`, `persistentVolumeClaim`, ...), empty for the image."""
        if self.mount is None:
            return ""
        if self.mount.claim_template:
            return "persistentVolumeClaim"
        return next((name for name, _ in self.mount.volume.entries() if name != "name"), "emptyDir")

    @property
    def at(self) -> Field:
        """The mount, or the container where there is none."""
        return self.mount.field["mountPath"] if self.mount else self.container.field

    @property
    def is_mount_point(self) -> bool:
        return self.mount is not None and self.path == self.mount.path

    @property
    def exists_read_only(self) -> bool:
        """Whether a read-only volume brings the directory in, so that nobody needs to make it."""
        if self.mount is None or self.kind not in READ_ONLY_KINDS:
            return self.is_mount_point
        sources = [self.mount.volume[self.kind], *self.mount.volume["projected"]["sources"]]
        files = [item["path"].text for source in sources for item in _items(source)]
        return self.is_mount_point or any(file.startswith(f"{self.inside}/") for file in files)

    @property
    def identity(self) -> tuple[str, str, str] | None:
        """What is equal for two paths of a pod that are one and the same file; None for an unknown one."""
        if self.mount is None or self.inside is None:
            return None
        if self.mount.claim:
            return ("claim", self.mount.claim, self.inside)
        return ("volume", self.mount.volume["name"].text, self.inside)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the container's user cannot write there; None where it can, as far as the files tell."""
        user = user_of(self.container)
        return self._obstacle_in_image(user) if self.mount is None else self._obstacle_on(self.mount, user)

    def _obstacle_in_image(self, user: User) -> Obstacle | None:
        if _below(self.path, _SHARED_MEMORY):
            return None
        read_only = self.container.field["securityContext"]["readOnlyRootFilesystem"]
        if read_only.value is True:
            return Obstacle("is in the image, whose file system is read-only")
        if user.is_root or any(_below(self.path, folder) for folder in _OPEN_TO_ALL):
            return None
        return Obstacle(f"is in the image, where user {user.uid} may not write", read_only=False)

    def _obstacle_on(self, mount: Mount, user: User) -> Obstacle | None:
        if self.kind in READ_ONLY_KINDS:
            return Obstacle(f"is on {READ_ONLY_KINDS[self.kind]}, which is always read-only", self.at)
        if mount.read_only:
            return Obstacle("is mounted read-only", mount.field["readOnly"])
        source = mount.volume[self.kind]["readOnly"]
        if source.value is True:
            return Obstacle("is on a volume that is read-only", source)
        if self.kind in _OWNED_BY_ROOT and not user.is_root:
            return self._obstacle_of_owner(user)
        return None

    def _obstacle_of_owner(self, user: User) -> Obstacle | None:
        context = self.container.pod.spec["securityContext"]
        if isinstance(context["fsGroup"].value, int):
            return None
        words = f"belongs to root: without fsGroup user {user.uid} cannot write to the volume"
        return Obstacle(words, context["fsGroup"], read_only=False)


@dataclass(frozen=True, slots=True)
class Filesystem:
    """The file system of a container."""

    container: Container
    environment: Environment

    def place(self, path: str) -> Place:
        """Where an absolute path lies."""
        path = normal(path)
        mount = self.container.mount_of(path)
        if mount is None:
            return Place(self.container, path)
        return Place(self.container, path, mount, self._inside(mount, path))

    def mounts_below(self, path: str) -> Iterator[Mount]:
        """Mounts that lie deeper than a path and hide what is there from its own volume."""
        path = normal(path)
        for mount in self.container.mounts:
            if mount.path != path and _below(mount.path, path):
                yield mount

    def is_there(self, place: Place) -> bool:
        """Whether a directory exists before the container starts; the runtime makes those above a mount."""
        return place.exists_read_only or any(self.mounts_below(place.path))

    def _inside(self, mount: Mount, path: str) -> str | None:
        expression = mount.field["subPathExpr"].text
        sub_path = self.environment.expand(expression).text if expression else mount.sub_path
        if sub_path is None or "$(" in sub_path:
            return None
        below = posixpath.relpath(path, mount.path)
        joined = posixpath.normpath(posixpath.join(sub_path.strip("/"), "" if below == "." else below))
        return "" if joined == "." else joined


def _items(source: Field) -> Iterator[Field]:
    """The `items` of a ConfigMap or Secret, also of one inside a projected volume."""
    yield from source["items"]
    for _, inner in source.entries():
        yield from inner["items"]


def normal(path: str) -> str:
    """An absolute path without `.`, `..`, doubled or trailing slashes."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
