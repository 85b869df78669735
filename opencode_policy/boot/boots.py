"""The boots of a workspace's pod that rules look at, each simulated once.

The first boot finds empty volumes. Later ones find what the first one left, with a login that somebody made
in the interface since: as it is, with a new Secret, with a clone that broke off, or with one that git
refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

from opencode_policy.boot.login_file import LoginFile, Seed, login_file, seeds
from opencode_policy.lean import dataclass
from opencode_policy.symbolic.boot import Boot, Simulation
from opencode_policy.symbolic.environment import Start, persistent
from opencode_policy.symbolic.events import GitRun
from opencode_policy.symbolic.files import FILE, REPOSITORY, Entry, Files
from opencode_policy.symbolic.places import Place
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Pod

NETWORK_PROGRAMS = frozenset(
    {"apk", "apt", "apt-get", "curl", "npm", "pip", "pip3", "rsync", "scp", "ssh", "wget"}
)
"""Programs that are of no use without a network."""


@dataclass(eq=False)
class Boots:
    """The boots of one pod."""

    workspace: WorkspaceTree
    pod: Pod

    @cached_property
    def simulation(self) -> Simulation:
        return Simulation(self.workspace.tree, self.pod, watched=NETWORK_PROGRAMS)

    @cached_property
    def kept(self) -> frozenset[str]:
        """Volumes that outlive the pod."""
        return persistent(self.pod)

    @cached_property
    def login(self) -> LoginFile | None:
        """Where the server looks for its login."""
        return login_file(self.workspace, self.simulation.symbols)

    @cached_property
    def seeds(self) -> list[Seed]:
        """The Secret's login in the containers that get it."""
        return seeds(self.workspace)

    @cached_property
    def first(self) -> Boot:
        """The boot that finds empty volumes."""
        return self.simulation.start(Start(1))

    @cached_property
    def left(self) -> Files | None:
        """What the first boot leaves on its volumes, on the path that does most; None if none ends well."""
        found = [ending.files.only(self.kept) for ending in self.first.finished]
        return max(found, key=_amount, default=None)

    @cached_property
    def clone(self) -> Place | None:
        """Where the first boot leaves a clone on a volume."""
        return self.clone_in(self.left) if self.left else None

    def clone_in(self, files: Files) -> Place | None:
        """A complete clone on a volume that outlives the pod."""
        found = [
            place for place, entry in files.repositories() if entry.complete and place.volume in self.kept
        ]
        return min(found, default=None)

    @cached_property
    def second(self) -> Boot | None:
        """A boot that finds all that the first one left, and a login made in the interface."""
        return self._later(self._with_login)

    @cached_property
    def renewed(self) -> Boot | None:
        """The same with another login in the Secret."""
        return self._later(self._with_login, secrets=2)

    @cached_property
    def damaged(self) -> Boot | None:
        """A boot that finds a clone in which git does not work, although there is somebody's work in it."""
        place = self.clone

        def change(files: Files) -> Files:
            return (
                Files({**files.entries, place: files.look(place)._replace(damaged=True)}) if place else files
            )

        return self._later(change) if place else None

    @cached_property
    def interrupted(self) -> list[tuple[GitRun, Boot]]:
        """For each clone that the first boot makes: a boot that finds it as a kill in its midst leaves it."""
        found: dict[Place, tuple[GitRun, Boot]] = {}
        for ending in self.first.finished:
            for event in ending.events:
                if not isinstance(event, GitRun) or not event.done or event.target is None:
                    continue
                if event.target.volume in self.kept and event.target not in found:
                    found[event.target] = (event, self._after_kill(event, event.target))
        return list(found.values())

    def _after_kill(self, event: GitRun, target: Place) -> Boot:
        files = event.files.only(self.kept)
        half = Entry(REPOSITORY, complete=False, origin=event.remote, since=1)
        return self.simulation.start(Start(2), files.put(target, half))

    def _with_login(self, files: Files) -> Files:
        if self.login is None or not self.seeds:
            return files
        content = self.seeds[0].other(self.simulation.symbols)
        return files.put(self.login.place, Entry(FILE, content, 0o600, since=1))

    def _later(self, change: Callable[[Files], Files], *, secrets: int = 1) -> Boot | None:
        return self.simulation.start(Start(2, secrets), change(self.left)) if self.left else None


@lru_cache(maxsize=16)
def boots_of(workspace: WorkspaceTree) -> Boots | None:
    """The boots of the pod that runs the server (else of the first pod there is); None without a pod."""
    pod = workspace.pod or next(iter(workspace.pods), None)
    return Boots(workspace, pod) if pod is not None else None


def _amount(files: Files) -> tuple[int, int]:
    clones = sum(entry.complete for _, entry in files.repositories())
    return clones, len(files.entries)
