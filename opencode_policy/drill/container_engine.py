"""Pods by podman or docker with the real images, for a machine that has an engine and the images.

A container that only waits holds the Pod's network, in which pause.py relays as in the other backend; it is
reached through nsenter, so without root only podman will do. Each container then shares that network.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opencode_policy.drill import pause
from opencode_policy.drill.plan_environment import POD_IP
from opencode_policy.drill.sandbox import (
    GIT_IP,
    ContainerSpec,
    PodSpec,
    Running,
    Sandbox,
    SandboxError,
    new_folder,
)

ENGINES = ("podman", "docker")
_SECONDS = 120
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def engine_refused(engine: str) -> str:
    """Why an engine cannot be used, empty if it can."""
    program = shutil.which(engine)
    if program is None:
        return f"{engine} is not installed"
    try:
        done = subprocess.run(  # noqa: S603 - the engine
            [program, "info"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{engine} does not answer"
    said = done.stderr.strip().splitlines()
    return f"{engine} cannot be used: {said[-1] if said else 'refused'}" if done.returncode else ""


@dataclass(slots=True)
class ContainerEngine:
    """Makes Pods by an engine; `folder` holds sockets and logs, `git` is the socket of the git server."""

    engine: str
    folder: Path
    git: Path
    authority: Path
    holder: str
    _count: Iterator[int] = field(default_factory=itertools.count)

    def open(self, pod: PodSpec) -> Sandbox:
        """A new Pod with its network."""
        return EnginePod(self, pod, new_folder(self.folder, pod, next(self._count)))

    def run(self, *arguments: str) -> str:
        """Output of a command of the engine. Raises SandboxError."""
        done = subprocess.run(  # noqa: S603 - the engine
            [self.engine, *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise SandboxError(f"{self.engine} {arguments[0]}: {said[-1] if said else done.returncode}")
        return done.stdout.strip()

    @property
    def user(self) -> Sequence[str]:
        """Before a command that must see the engine's own users; podman without root has such."""
        return ("podman", "unshare") if self.engine == "podman" and os.getuid() else ()


class EnginePod:
    """One Pod."""

    def __init__(self, backend: ContainerEngine, pod: PodSpec, folder: Path) -> None:
        self._backend = backend
        self._folder = folder
        self._containers: list[EngineContainer] = []
        self._holder = f"drill-{os.getpid()}-{folder.name}"
        hosts = "".join(f"{GIT_IP} {host}\n" for host in pod.hosts)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{POD_IP} {pod.name}\n{hosts}")
        wait = ["--entrypoint", "sleep", backend.holder, "86400"]
        backend.run("run", "--detach", "--rm", "--network", "none", "--name", self._holder, *wait)
        self._pause = self._start_pause(pod)

    def _start_pause(self, pod: PodSpec) -> subprocess.Popen[str]:
        pid = self._backend.run("inspect", "--format", "{{.State.Pid}}", self._holder)
        relays = {
            "outward": [[GIT_IP, 443, str(self._backend.git)]] if pod.hosts else [],
            "inward": [[str(self.socket(port)), POD_IP, port] for port in pod.ports],
        }
        enter = [*self._backend.user, "nsenter", "--target", pid, "--net", "--"]
        started = subprocess.Popen(  # noqa: S603 - our own program
            [*enter, sys.executable, "-I", pause.__file__, json.dumps(relays)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if (started.stdout.readline() if started.stdout else "").strip() != "ready":
            self.close()
            raise SandboxError("the network of the Pod cannot be entered")
        return started

    def socket(self, port: int) -> Path:
        """The Unix socket that leads to a port of the Pod."""
        return self._folder / f"port-{port}"

    def start(self, spec: ContainerSpec) -> Running:
        """Start a container; the engine's client stays its parent here."""
        number = len(self._containers)
        name, log = f"{self._holder}-{number}", self._folder / f"{number}-{spec.name}.log"
        command = [self._backend.engine, *self.arguments(spec, name)]
        environment = {**os.environ, **spec.environment}
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - the engine
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        container = EngineContainer(self._backend.engine, name, spec.name, process, log)
        self._containers.append(container)
        return container

    def arguments(self, spec: ContainerSpec, name: str) -> list[str]:
        """The command line of the engine; values of variables go by its own environment."""
        arguments = ["run", "--name", name, "--network", f"container:{self._holder}", "--pull", "never"]
        if not spec.own_processes:
            arguments += ["--pid", f"container:{self._holder}"]
        arguments += ["--user", f"{spec.uid}:{spec.gid}", "--cap-drop", "ALL"]
        arguments += ["--security-opt", "no-new-privileges", "--workdir", spec.working_directory or "/"]
        if self._backend.user:
            arguments += ["--userns", f"keep-id:uid={spec.uid},gid={spec.gid}"]
        arguments += ["--read-only"] if spec.read_only_root else []
        arguments += ["--memory", str(spec.memory)] if spec.memory else []
        arguments += ["--cpus", str(spec.cpu)] if spec.cpu else []
        for variable in spec.environment:
            arguments += ["--env", variable]
        arguments += self._volumes(spec)
        return [*arguments, "--entrypoint", spec.argv[0], spec.image, *spec.argv[1:]]

    def _volumes(self, spec: ContainerSpec) -> Iterator[str]:
        yield from ("--volume", f"{self._folder / 'hosts'}:/etc/hosts:ro")
        yield from ("--volume", f"{self._backend.authority}:{_BUNDLE}:ro")
        small = dict(spec.small_volumes or {})
        for bind in spec.binds:
            if bind.path in small:
                yield from ("--tmpfs", f"{bind.path}:size={small[bind.path]},mode=0777")
            else:
                yield from ("--volume", f"{bind.source}:{bind.path}" + (":ro" if bind.read_only else ""))

    def close(self) -> None:
        """Remove everything."""
        for container in self._containers:
            container.kill()
        names = [container.engine_name for container in self._containers]
        with contextlib.suppress(SandboxError):
            self._backend.run("rm", "--force", self._holder, *names)
        pause_process = getattr(self, "_pause", None)
        if pause_process is not None:
            pause_process.communicate("")


class EngineContainer:
    """One container."""

    def __init__(
        self, engine: str, engine_name: str, name: str, process: subprocess.Popen[bytes], log: Path
    ) -> None:
        self.name = name
        self.engine_name = engine_name
        self._engine = engine
        self._process = process
        self._log = log

    def poll(self) -> int | None:
        """Exit code, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> int | None:
        """Exit code after at most so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""
        self._run("kill", "--signal", str(number), self.engine_name)

    def kill(self) -> None:
        """Kill all its processes."""
        if self._process.poll() is None:
            self._run("kill", self.engine_name)
            if self.wait(10) is None:
                self._process.kill()
                self._process.wait()

    def processes(self) -> list[int]:
        """Process ids as the machine sees them; empty where the engine runs in another one."""
        listed = self._run("top", self.engine_name, "hpid" if self._engine == "podman" else "-eo pid")
        return [int(line) for line in listed.split() if line.isdecimal()]

    def output(self) -> str:
        """What it wrote so far."""
        return self._log.read_text(errors="replace")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - the engine
            [self._engine, *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        return done.stdout
