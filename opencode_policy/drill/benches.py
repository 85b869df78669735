"""Makes the benches of a run, with their git servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from opencode_policy.drill.bench import Bench
from opencode_policy.drill.bubblewrap import Bubblewrap
from opencode_policy.drill.certificates import Authority
from opencode_policy.drill.container_engine import ContainerEngine
from opencode_policy.drill.git_server import GitHost, serving
from opencode_policy.drill.images import Images
from opencode_policy.drill.machine import Machine
from opencode_policy.drill.sandbox import Backend
from opencode_policy.drill.secret_store import SecretStore
from opencode_policy.drill.upstream import Upstream
from opencode_policy.policy.drill import Drill as DrillSettings
from opencode_policy.tree import WorkspaceTree


@contextmanager
def benches(
    workspaces: list[WorkspaceTree],
    settings: DrillSettings,
    machine: Machine,
    folder: Path,
    say: Callable[[str], None],
    engine: str = "",
) -> Iterator[list[Bench]]:
    """A bench for each workspace, with their git servers, for as long as the block lasts."""
    authority = Authority.make(machine.path("openssl"), folder / "authority")
    certificate = authority.issue("git", _hosts(workspaces))
    with ExitStack() as stack:
        made = []
        for number, workspace in enumerate(workspaces):
            own = folder / str(number)
            bench = _bench(workspace, settings, machine, own, authority, say)
            if engine:
                bench.backend = _engine(engine, bench)
            stack.enter_context(serving(own / "git.socket", bench.host, certificate))
            made.append(bench)
        yield made


def _bench(
    workspace: WorkspaceTree,
    settings: DrillSettings,
    machine: Machine,
    folder: Path,
    authority: Authority,
    say: Callable[[str], None],
) -> Bench:
    folder.mkdir(parents=True)
    store = SecretStore.for_run(workspace.tree)
    root = folder / "git"
    made = {
        item.repository: Upstream.make(machine.path("git"), root, item.repository)
        for item in workspace.policy.settings.workspaces
    }
    token = store.values.get(workspace.spec.secrets.get("token", ""), "")
    host = GitHost(root, machine.path("git"), settings.git_user, token)
    images = Images(settings, machine, folder / "images", authority.certificate)
    backend = Bubblewrap(machine, images, folder / "pods", folder / "git.socket")
    origin = made[workspace.spec.repository]
    return Bench(workspace, settings, machine, folder, authority, images, backend, store, host, origin, say)


def _engine(engine: str, bench: Bench) -> Backend:
    """A container engine; the image of the first container also holds the Pod's network."""
    plan = bench.plan()
    holder = (*plan.inits, *plan.containers)[0].image
    folder = bench.folder / "pods"
    return ContainerEngine(engine, folder, bench.folder / "git.socket", bench.authority.certificate, holder)


def _hosts(workspaces: list[WorkspaceTree]) -> list[str]:
    every = [item.repository for space in workspaces for item in space.policy.settings.workspaces]
    return sorted({urlsplit(url).hostname or "localhost" for url in every})
