"""Pods in bubblewrap: own users, files, processes, network, IPC and name; unprivileged.

The Pod's first process (pause.py) stands in namespaces that `unshare` makes; each container joins its
network and gets its own mounts and, unless they are shared, its own processes, in which it is PID 1.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from opencode_policy.drill import pause
from opencode_policy.drill.bubblewrap_container import BubblewrapContainer
from opencode_policy.drill.images import Image, Images
from opencode_policy.drill.machine import Machine
from opencode_policy.drill.plan_environment import POD_IP
from opencode_policy.drill.processes import children_of, namespace
from opencode_policy.drill.sandbox import (
    GIT_IP,
    ContainerSpec,
    PodSpec,
    Running,
    Sandbox,
    SandboxError,
    new_folder,
)

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True)
class Bubblewrap:
    """Makes Pods below `folder`; `git` is the socket of the git server."""

    machine: Machine
    images: Images
    folder: Path
    git: Path
    _count: Iterator[int] = field(default_factory=itertools.count)

    def open(self, pod: PodSpec) -> Sandbox:
        """A new Pod with its network."""
        return BubblewrapPod(self, pod, new_folder(self.folder, pod, next(self._count)))


class BubblewrapPod:
    """One Pod."""

    def __init__(self, backend: Bubblewrap, pod: PodSpec, folder: Path) -> None:
        self._backend = backend
        self._pod = pod
        self._folder = folder
        self._containers: list[BubblewrapContainer] = []
        hosts = "".join(f"{GIT_IP} {host}\n" for host in pod.hosts)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{POD_IP} {pod.name}\n{hosts}")
        self._pause = self._start_pause()
        self._first = self._find_first()

    def _start_pause(self) -> subprocess.Popen[str]:
        relays = {
            "outward": [[GIT_IP, 443, str(self._backend.git)]] if self._pod.hosts else [],
            "inward": [[str(self.socket(port)), POD_IP, port] for port in self._pod.ports],
        }
        unshare = [self._backend.machine.path("unshare"), "--user", "--map-root-user", "--net", "--pid"]
        unshare += ["--fork", "--kill-child", "--mount", "--mount-proc", "--ipc", "--uts"]
        program = [sys.executable, "-I", pause.__file__, json.dumps(relays)]
        started = subprocess.Popen(  # noqa: S603 - the namespaces of a Pod
            [*unshare, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        said = started.stdout.readline() if started.stdout else ""
        if said.strip() != "ready":
            started.kill()
            _, error = started.communicate()
            words = error.strip().splitlines()
            raise SandboxError(f"the sandbox did not start: {words[-1] if words else 'no reason given'}")
        return started

    def _find_first(self) -> int:
        children = children_of(self._pause.pid)
        if not children:
            raise SandboxError("the first process of the Pod is not to be found")
        return children[0]

    def socket(self, port: int) -> Path:
        """The Unix socket that leads to a port of the Pod."""
        return self._folder / f"port-{port}"

    def start(self, spec: ContainerSpec) -> Running:
        """Start a container and wait until its own program has replaced bubblewrap's."""
        namespaces = ["--user", "--net", "--mount", "--pid", "--ipc", "--uts", "--preserve-credentials"]
        enter = [self._backend.machine.path("nsenter"), "--target", str(self._first), *namespaces, "--"]
        log = self._folder / f"{len(self._containers)}-{spec.name}.log"
        environment = {"PATH": DEFAULT_PATH, "HOSTNAME": self._pod.name}
        environment["HOME"] = "/root" if spec.uid == 0 else "/"
        environment |= spec.environment
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - what the manifest says, in a sandbox
                [*enter, self._backend.machine.path("bwrap"), *self._arguments(spec), "--", *spec.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        container = BubblewrapContainer(spec.name, process, log, namespace(self._first, "net"))
        self._containers.append(container)
        return container

    def _arguments(self, spec: ContainerSpec) -> list[str]:
        arguments = ["--unshare-user", "--uid", str(spec.uid), "--gid", str(spec.gid), "--die-with-parent"]
        if spec.uid != 0:
            arguments += ["--cap-drop", "ALL"]
        if spec.own_processes:
            arguments += ["--unshare-pid", "--as-pid-1"]
        arguments += userland(self._backend.images.get(spec.image))
        arguments += ["--ro-bind", str(self._folder / "hosts"), "/etc/hosts"]
        arguments += ["--proc", "/proc"] if spec.own_processes else ["--ro-bind", "/proc", "/proc"]
        arguments += ["--dev", "/dev"]
        if not spec.read_only_root:
            arguments += ["--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108 - of the container
        arguments += self._volumes(spec)
        if spec.read_only_root or spec.uid != 0:
            arguments += ["--remount-ro", "/"]
        return [*arguments, "--chdir", spec.working_directory or "/"]

    def _volumes(self, spec: ContainerSpec) -> Iterator[str]:
        small = dict(spec.small_volumes or {})
        for bind in spec.binds:
            size = small.get(bind.path)
            if size is not None:
                yield from ("--size", str(size), "--perms", "0777", "--tmpfs", bind.path)
            else:
                yield from ("--ro-bind" if bind.read_only else "--bind", str(bind.source), bind.path)

    def close(self) -> None:
        """Kill everything: the first process takes the others with it. Again, it does nothing."""
        if self._pause.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._first, signal.SIGKILL)
        self._pause.kill()
        self._pause.wait()
        for stream in (self._pause.stdin, self._pause.stdout, self._pause.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        for container in self._containers:
            container.reap()


def userland(image: Image) -> Iterator[str]:
    """Arguments that make the root file system: the image's programs, the machine's libraries."""
    for folder in ("/usr/local/bin", "/usr/sbin", "/root", "/run"):
        yield from ("--dir", folder)
    yield from ("--ro-bind", str(image.folder / "bin"), "/bin", "--symlink", "usr/sbin", "/sbin")
    for folder in ("lib", "lib64", "lib32"):
        if Path("/usr", folder).is_dir():
            yield from ("--ro-bind", f"/usr/{folder}", f"/usr/{folder}")
            yield from ("--symlink", f"usr/{folder}", f"/{folder}")
    for path in image.hidden:
        if Path(path).is_dir():
            yield from ("--tmpfs", path)
    for source, path in image.binds:
        yield from ("--ro-bind", source, path)
    for name in ("passwd", "group", "nsswitch.conf"):
        yield from ("--ro-bind", str(image.folder / "etc" / name), f"/etc/{name}")
