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
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from opencode_policy.drill import pause
from opencode_policy.drill.images import Image, Images
from opencode_policy.drill.machine import Machine
from opencode_policy.drill.plan_environment import POD_IP
from opencode_policy.drill.sandbox import GIT_IP, ContainerSpec, PodSpec, Running, Sandbox, SandboxError

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_START_SECONDS = 20


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
        folder = self.folder / f"{pod.name}-{next(self._count)}"
        folder.mkdir(parents=True)
        return BubblewrapPod(self, pod, folder)


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


class BubblewrapContainer:
    """One container, seen from the machine: nsenter, then bubblewrap, then the program."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, network: str) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._network = network
        self._main: int | None = None
        self._mounts = ""

    @property
    def main(self) -> int | None:
        """Process id of its first process, None while or when there is none."""
        deadline = time.monotonic() + _START_SECONDS
        while self._main is None and self._process.poll() is None and time.monotonic() < deadline:
            self._main = self._look()
            if self._main is None:
                time.sleep(0.002)
        return self._main

    def _look(self) -> int | None:
        for monitor in children_of(self._process.pid):
            for child in children_of(monitor):
                if not _is_bubblewrap(child):
                    self._mounts = namespace(child, "mnt")
                    return child if self._mounts else None
        return None

    def poll(self) -> int | None:
        """Exit code, None while it runs; nsenter dies of the signal that its child died of."""
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    def wait(self, seconds: float) -> int | None:
        """Exit code after at most so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.poll()

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""
        if self.main is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.main, number)

    def kill(self) -> None:
        """As the runtime does: SIGKILL to all of its processes."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self.reap()

    def reap(self) -> None:
        """Wait for its end, which the end of its processes brings about."""
        if self.wait(2) is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def processes(self) -> list[int]:
        """All that run in its mounts, in its Pod's network.

        The kernel gives the number of a namespace that is gone to the next one, so those of a container that
        has ended mean nothing; the Pod's own lives as long as its first process.
        """
        if self._process.poll() is not None or self.main is None or not self._mounts:
            return []
        mine = (self._mounts, self._network)
        return [pid for pid in all_processes() if (namespace(pid, "mnt"), namespace(pid, "net")) == mine]

    def output(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace")


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


def children_of(pid: int) -> list[int]:
    """Direct children of a process."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def all_processes() -> list[int]:
    """Every process of the machine."""
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 - by far faster


def namespace(pid: int, kind: str) -> str:
    """A process's namespace of a kind, empty where it cannot be seen."""
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/{kind}")  # noqa: PTH115 - called thousands of times
    return ""


def _is_bubblewrap(pid: int) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/exe").endswith("/bwrap")  # noqa: PTH115
    except OSError:
        return True
