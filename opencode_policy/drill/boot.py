"""A boot as the kubelet does it: init containers one after the other, then the containers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from opencode_policy.drill.images import Images
from opencode_policy.drill.plan import Blocked, ContainerPlan, PodPlan
from opencode_policy.drill.sandbox import ContainerSpec, Running, Sandbox
from opencode_policy.drill.volumes import Volumes


@dataclass(frozen=True, slots=True)
class Ended:
    """An init container that ran: `code` is None where its time was up; `output` is what it wrote."""

    plan: ContainerPlan
    code: int | None
    output: str
    seconds: float


@dataclass(slots=True)
class Boot:
    """What a boot came to: the init containers that ran, what blocked it, and the running containers."""

    ended: list[Ended] = field(default_factory=list)
    blocked: tuple[ContainerPlan, Blocked] | None = None
    running: dict[str, Running] = field(default_factory=dict)

    @property
    def failed(self) -> Ended | None:
        """The init container that ended with an error."""
        return next((item for item in self.ended if item.code != 0), None)

    @property
    def ready(self) -> bool:
        """Whether every init container ended well, so that the server can start."""
        return self.blocked is None and self.failed is None

    @property
    def output(self) -> str:
        """What all init containers wrote."""
        return "".join(item.output for item in self.ended)


@dataclass(frozen=True, slots=True)
class Changes:
    """How a boot differs from what the manifest says.

    `environment` is laid over that of every init container, `small_volumes` turns paths into file systems of
    so many bytes, `read_only` makes the claims read-only, `without_network` cuts the git server off.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    small_volumes: Mapping[str, int] = field(default_factory=dict)
    read_only: Sequence[str] = ()


Watch = Callable[[ContainerPlan, Running], None]


class Kubelet:
    """Runs the containers of one Pod in its sandbox."""

    def __init__(self, plan: PodPlan, sandbox: Sandbox, images: Images, volumes: Volumes) -> None:
        self.plan = plan
        self.sandbox = sandbox
        self.volumes = volumes
        self._images = images

    def boot(self, seconds: float, changes: Changes | None = None, watch: Watch | None = None) -> Boot:
        """Run the init containers in order; each may take so many seconds."""
        boot = Boot()
        for container in self.plan.inits:
            if not self._may_start(boot, container):
                return boot
            begun = time.monotonic()
            running = self.start(container, changes)
            if container.role == "sidecar":
                boot.running[container.name] = running
                continue
            if watch is not None:
                watch(container, running)
            code = running.wait(seconds)
            taken = time.monotonic() - begun
            if code is None:
                running.kill()
            boot.ended.append(Ended(container, code, running.output(), taken))
            if code != 0:
                return boot
        return boot

    def start_containers(self, boot: Boot) -> None:
        """Start the containers that are to run on."""
        for container in self.plan.containers:
            if not self._may_start(boot, container):
                return
            boot.running[container.name] = self.start(container)

    def _may_start(self, boot: Boot, container: ContainerPlan) -> bool:
        blocks = [container.blocked]
        blocks += [self.plan.volumes[mount.volume].blocked for mount in container.mounts]
        found = next((item for item in blocks if item is not None), None)
        boot.blocked = (container, found) if found else None
        return found is None

    def start(self, container: ContainerPlan, changes: Changes | None = None) -> Running:
        """Start one container."""
        changes = changes or Changes()
        spec = self.spec(container)
        binds = [
            replace(item, read_only=item.read_only or item.path in changes.read_only) for item in spec.binds
        ]
        return self.sandbox.start(
            replace(
                spec,
                environment={**spec.environment, **changes.environment},
                binds=binds,
                small_volumes=changes.small_volumes,
            )
        )

    def spec(self, container: ContainerPlan) -> ContainerSpec:
        """A container with its image's entrypoint and its volumes."""
        command = container.command or self._images.entrypoint(container.image)
        uid = container.uid or 0
        return ContainerSpec(
            container.name,
            container.image,
            [*command, *container.arguments],
            container.environment,
            container.working_directory,
            self.volumes.binds(container),
            uid,
            container.gid or 0,
            container.read_only_root,
            not self.plan.shares_processes,
            container.memory,
            container.cpu,
        )


def working_folder(plan: ContainerPlan, volumes: Volumes) -> Path | None:
    """Where the container's working directory lies on this machine; None if on no volume."""
    return host_path(plan, volumes, plan.working_directory or "/")


def host_path(plan: ContainerPlan, volumes: Volumes, path: str) -> Path | None:
    """A path of a container as a path of this machine; None if it is on no volume."""
    holding = [
        bind
        for bind in volumes.binds(plan)
        if path == bind.path or path.startswith(bind.path.rstrip("/") + "/")
    ]
    if not holding:
        return None
    bind = max(holding, key=lambda item: len(item.path))
    below = path[len(bind.path.rstrip("/")) :].lstrip("/")
    return bind.source / below if below else bind.source
