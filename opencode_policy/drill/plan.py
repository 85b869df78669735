"""What the kubelet would start for a Pod: plain values, worked out from the manifests alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from opencode_policy.resource import Field

VolumeKind = Literal["claim", "empty", "files", "unsupported"]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why the kubelet does not start a container, in its own words, and the field it is about."""

    words: str
    at: Field


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a ConfigMap or Secret volume: its path there, its bytes, its mode bits."""

    path: str
    content: bytes
    mode: int


@dataclass(frozen=True, slots=True)
class VolumePlan:
    """A volume: `claim` names the PersistentVolumeClaim, `files` are those that the kubelet writes."""

    name: str
    kind: VolumeKind
    at: Field
    claim: str = ""
    files: Sequence[FileEntry] = ()
    blocked: Blocked | None = None


@dataclass(frozen=True, slots=True)
class MountPlan:
    """One volume mount: where, which part of the volume, and whether it may be written to."""

    volume: str
    path: str
    sub_path: str
    read_only: bool
    at: Field


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """One container: `command` is None where the image's entrypoint stands, `uid` where its user does."""

    name: str
    role: str
    image: str
    command: Sequence[str] | None
    arguments: Sequence[str]
    environment: Mapping[str, str]
    working_directory: str
    mounts: Sequence[MountPlan]
    uid: int | None
    gid: int | None
    read_only_root: bool
    memory: int | None
    cpu: float | None
    field: Field
    blocked: Blocked | None = None


@dataclass(frozen=True, slots=True)
class Unhonoured:
    """Something of the manifest that the sandbox cannot do, and what it does instead."""

    words: str
    at: Field


@dataclass(frozen=True, slots=True)
class PodPlan:
    """A Pod: `inits` run one after the other, `containers` then run together. Times in seconds."""

    name: str
    namespace: str
    inits: Sequence[ContainerPlan]
    containers: Sequence[ContainerPlan]
    volumes: Mapping[str, VolumePlan]
    shares_processes: bool
    grace: int
    fs_group: int | None
    unhonoured: Sequence[Unhonoured] = field(default=())

    def container(self, name: str) -> ContainerPlan | None:
        """A container by its name."""
        return next((item for item in (*self.inits, *self.containers) if item.name == name), None)
