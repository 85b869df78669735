"""Directories for the volumes of a Pod, with the rights that the container's user would have.

The sandbox has one user. What the kubelet does by owner and group is done by the mode bits that this one
user then has: those of the group where fsGroup is set, else those of others, because files of ConfigMaps,
Secrets and new volumes belong to root.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from opencode_policy.drill.plan import ContainerPlan, FileEntry, MountPlan, PodPlan, VolumePlan
from opencode_policy.drill.sandbox import Bind

_READABLE_BY_GROUP = 0o440


class Volumes:
    """The volumes of one Pod: those of claims stay below `claims`, the others are made for this Pod."""

    def __init__(self, plan: PodPlan, claims: Path, folder: Path) -> None:
        self._plan = plan
        self._claims = claims
        self._folder = folder

    def binds(self, container: ContainerPlan) -> list[Bind]:
        """What a container mounts; its directories are made and get their rights."""
        return [self._bind(container, mount) for mount in container.mounts]

    def claim_folder(self, claim: str) -> Path:
        """The directory of a claim of the Pod's namespace."""
        return self._claims / f"{self._plan.namespace}-{claim}"

    def _bind(self, container: ContainerPlan, mount: MountPlan) -> Bind:
        volume = self._plan.volumes[mount.volume]
        root = self._root(container, volume)
        source = root / mount.sub_path if mount.sub_path else root
        if volume.kind in ("claim", "empty"):
            source.mkdir(parents=True, exist_ok=True)
            self._allow(root, source, container, volume)
        return Bind(source, mount.path, mount.read_only or volume.kind == "files")

    def _root(self, container: ContainerPlan, volume: VolumePlan) -> Path:
        if volume.kind == "claim":
            return self.claim_folder(volume.claim)
        if volume.kind == "files":
            folder = self._folder / container.name / volume.name
            if not folder.exists():
                folder.mkdir(parents=True)
                for entry in volume.files:
                    _write(folder, entry, self._plan.fs_group is not None, is_root=not container.uid)
            return folder
        return self._folder / volume.name

    def _allow(self, root: Path, source: Path, container: ContainerPlan, volume: VolumePlan) -> None:
        """A new file system belongs to root: without fsGroup another user may only look into it."""
        writable = volume.kind == "empty" or self._plan.fs_group is not None or not container.uid
        for path in {root, source}:
            path.chmod(0o777 if writable else 0o555)


def _write(folder: Path, entry: FileEntry, grouped: bool, *, is_root: bool) -> None:
    path = folder / entry.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(entry.content)
    path.chmod(mode_for(entry.mode, grouped=grouped, is_root=is_root))


def mode_for(mode: int, *, grouped: bool, is_root: bool) -> int:
    """The mode of a file of root, with the owner's bits being those that the container's user has."""
    if is_root:
        return mode | 0o400
    if grouped:
        mode |= _READABLE_BY_GROUP
    bits = (mode >> 3 if grouped else mode) & 0o7
    return bits << 6 | mode & 0o77


def remove(folder: Path) -> None:
    """Delete a directory, also where its own modes forbid it."""
    for path, folders, _ in os.walk(folder):
        for name in (".", *folders):
            with contextlib.suppress(OSError):
                (Path(path) / name).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
