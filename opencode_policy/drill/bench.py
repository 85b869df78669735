"""Everything that drills of one workspace work with: its Pod, its volumes, its git server, its secrets."""

from __future__ import annotations

import itertools
import posixpath
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from opencode_policy.drill.boot import Boot, Changes, Kubelet, Watch, host_path
from opencode_policy.drill.certificates import Authority
from opencode_policy.drill.clone import CloneReader, CloneState
from opencode_policy.drill.git_server import GitHost
from opencode_policy.drill.images import Images
from opencode_policy.drill.machine import Machine
from opencode_policy.drill.plan import ContainerPlan, PodPlan
from opencode_policy.drill.plan_environment import Known
from opencode_policy.drill.plan_pod import plan_pod
from opencode_policy.drill.sandbox import Backend, PodSpec, Sandbox
from opencode_policy.drill.secret_store import SecretStore, shapes_of
from opencode_policy.drill.upstream import Upstream
from opencode_policy.drill.volumes import Volumes, remove
from opencode_policy.policy.drill import Drill as DrillSettings
from opencode_policy.tree import WorkspaceTree

_DEPTH = 6
"""How deep below the folder of all volumes a clone may lie."""
BOOT_SECONDS = 60.0
"""How long one init container may take; one that hangs is killed."""


class OutOfTime(Exception):  # noqa: N818 - no error of anybody
    """A drill has used up its time."""


@dataclass(slots=True)
class Bench:
    """One workspace on this machine. `folder` is its own; `origin` the repository it is to clone."""

    workspace: WorkspaceTree
    settings: DrillSettings
    machine: Machine
    folder: Path
    authority: Authority
    images: Images
    backend: Backend
    store: SecretStore
    host: GitHost
    origin: Upstream
    say: Callable[[str], None]
    deadline: float = float("inf")
    stopped: bool = False
    _open: list[Sandbox] = field(default_factory=list)
    _pods: Iterator[int] = field(default_factory=itertools.count)

    @property
    def name(self) -> str:
        return self.workspace.name

    def plan(self) -> PodPlan:
        """The Pod's plan with the secrets as the store has them now."""
        pod = self.workspace.pod
        if pod is None:
            raise LookupError(f"{self.name} has no Pod")
        tree = self.workspace.tree
        return plan_pod(pod, Known(tree, self.store.deliver(tree)))

    def give_up(self) -> None:
        """End what runs and start nothing more; called from another thread."""
        self.stopped = True
        for sandbox in list(self._open):
            sandbox.close()

    def spend(self) -> None:
        """Go on only within the budget of the drill. Raises OutOfTime."""
        if self.stopped or time.monotonic() > self.deadline:
            raise OutOfTime

    def server(self, plan: PodPlan) -> ContainerPlan:
        """The container that the policy names."""
        server = self.workspace.server
        found = plan.container(server.name) if server else None
        if found is None:
            raise LookupError(f"{self.name} has no server")
        return found

    @contextmanager
    def pod(self, plan: PodPlan | None = None) -> Iterator[Kubelet]:
        """A Pod's sandbox for as long as the block lasts; its claims stay."""
        self.spend()
        plan = plan or self.plan()
        folder = self.folder / "volumes" / str(next(self._pods))
        hosts = {
            urlsplit(item.repository).hostname or "" for item in self.workspace.policy.settings.workspaces
        }
        sandbox = self.backend.open(PodSpec(plan.name, sorted(hosts - {""}), ports_of(plan)))
        self._open.append(sandbox)
        try:
            yield Kubelet(plan, sandbox, self.images, Volumes(plan, self.claims, folder))
        finally:
            self._open.remove(sandbox)
            sandbox.close()
            remove(folder)

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Nobody listens at the git server's address for as long as the block lasts."""
        socket, aside = self.folder / "git.socket", self.folder / "git.aside"
        socket.rename(aside)
        try:
            yield
        finally:
            aside.rename(socket)

    @property
    def claims(self) -> Path:
        return self.folder / "claims"

    def empty_volumes(self) -> None:
        """New, empty volumes, and a git server that behaves."""
        remove(self.claims)
        self.host.behave()

    def boot(
        self, changes: Changes | None = None, watch: Watch | None = None, seconds: float = BOOT_SECONDS
    ) -> Boot:
        """One boot of the init containers in a Pod of its own."""
        with self.pod() as kubelet:
            return kubelet.boot(seconds, changes, watch)

    def path(self, plan: PodPlan, inside: str) -> Path | None:
        """A path of the server's container on this machine; None for one on no volume that stays."""
        volumes = Volumes(plan, self.claims, self.folder / "nowhere")
        server = self.server(plan)
        lasting = [mount for mount in server.mounts if plan.volumes[mount.volume].kind == "claim"]
        if not any(inside == item.path or inside.startswith(f"{item.path}/") for item in lasting):
            return None
        return host_path(server, volumes, inside)

    def clone_folder(self, plan: PodPlan) -> Path | None:
        """The server's working directory on this machine."""
        return self.path(plan, posixpath.normpath(self.server(plan).working_directory or "/"))

    def login_path(self, plan: PodPlan) -> Path | None:
        """OpenCode's login file on this machine (xdg-basedir: empty counts as unset)."""
        variables = self.server(plan).environment
        data = variables.get("XDG_DATA_HOME") or posixpath.join(variables.get("HOME") or "/", ".local/share")
        return self.path(plan, posixpath.join(data, "opencode/auth.json"))

    def clone(self) -> CloneState:
        """The state of the clone in the server's working directory."""
        return self.reader.state(self.clone_folder(self.plan()))

    def clones(self) -> list[CloneState]:
        """Every clone on the lasting volumes, not looked for very deep."""
        found = [path for depth in range(1, _DEPTH) for path in self.claims.glob("*/" * depth + ".git")]
        return [self.reader.state(path.parent) for path in sorted(found)]

    @property
    def reader(self) -> CloneReader:
        return CloneReader(self.machine.path("git"))

    @property
    def token(self) -> str:
        """The token of the run, empty where the policy names none."""
        return self.store.values.get(self.workspace.spec.secrets.get("token", ""), "")

    @property
    def needles(self) -> list[bytes]:
        """The shapes in which the token might show."""
        return [shape.encode() for shape in shapes_of(self.token)] if self.token else []

    def quoted(self, text: str) -> str:
        """The last line that somebody wrote, without any secret."""
        lines = [line.strip() for line in self.store.scrubbed(text).splitlines() if line.strip()]
        return f"'{lines[-1][:160]}'" if lines else "nothing"


def ports_of(plan: PodPlan) -> list[int]:
    """Ports that containers declare, and that others therefore connect to."""
    found = [
        port["containerPort"].value for container in plan.containers for port in container.field["ports"]
    ]
    return sorted({port for port in found if isinstance(port, int)})
