"""What runs a Pod: the small interface behind which bubblewrap or a container engine stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

GIT_IP = "127.0.0.3"
"""Address at which a Pod finds the git server of the drill."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A directory or file of the machine inside a container."""

    source: Path
    path: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container, ready to start: `argv` begins with the program, `image` is its repository."""

    name: str
    image: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    working_directory: str
    binds: Sequence[Bind]
    uid: int
    gid: int
    read_only_root: bool
    own_processes: bool
    memory: int | None = None
    cpu: float | None = None
    small_volumes: Mapping[str, int] | None = None
    """Paths that become empty file systems of so many bytes instead of what is mounted there."""


@dataclass(frozen=True, slots=True)
class PodSpec:
    """A Pod's sandbox: the hosts that resolve to the git server, and the ports others may connect to."""

    name: str
    hosts: Sequence[str]
    ports: Sequence[int]


class Running(Protocol):
    """A container that was started."""

    name: str

    def poll(self) -> int | None:
        """Exit code, 128 and the signal for a killed one; None while it runs."""

    def wait(self, seconds: float) -> int | None:
        """The same, after at most so many seconds."""

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""

    def kill(self) -> None:
        """Kill all its processes and wait for their end."""

    def output(self) -> str:
        """What it wrote to standard output and standard error so far."""

    def processes(self) -> list[int]:
        """Process ids of the machine; empty where they cannot be seen."""


class Sandbox(Protocol):
    """One Pod."""

    def start(self, spec: ContainerSpec) -> Running:
        """Start a container. Raises SandboxError where the sandbox itself fails."""

    def socket(self, port: int) -> Path:
        """A Unix socket that leads to a port of the Pod."""

    def close(self) -> None:
        """Kill everything."""


class Backend(Protocol):
    """Makes sandboxes."""

    def open(self, pod: PodSpec) -> Sandbox:
        """A new Pod. Raises SandboxError."""


class SandboxError(Exception):
    """The sandbox failed, and not what runs in it."""


def new_folder(parent: Path, pod: PodSpec, number: int) -> Path:
    """A folder of its own for a Pod, whichever backend makes it; the same Pod may come more than once."""
    folder = parent / f"{pod.name}-{number}"
    folder.mkdir(parents=True)
    return folder
