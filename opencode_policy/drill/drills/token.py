"""Drill token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.boot import Boot
from opencode_policy.drill.plan import ContainerPlan
from opencode_policy.drill.sampler import Sampler, Sighting
from opencode_policy.drill.sandbox import Running
from opencode_policy.outcome import Outcome, Problem

_LARGEST = 32 * 2**20


class DrillToken(Drill):
    """The GitHub token shows in a log, in a process or on the volume."""

    requirements = ("SEC-03",)
    why = "Logs are shipped and kept; a token in one of them is a token lost."
    security_severity = 7.5

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Watch a first, a second and some failing boots for the token of the run."""
        if not bench.token:
            return
        problems: list[Problem] = []
        looks = 0
        # The first boot, the second, and one with a token that the server refuses.
        for number, refuse in enumerate((False, False, True)):
            if number != 1:
                bench.empty_volumes()
            bench.host.refuse = refuse
            watched = Watched(bench)
            boot = bench.boot(watch=watched.watch)
            looks += watched.looks
            problems += list(self._shown(bench, boot, watched.seen()))
        bench.host.behave()
        yield from {item.message: item for item in problems}.values()
        if not problems and not looks:
            yield self.unknown(bench, "the processes of its containers cannot be seen here")
        elif not problems:
            words = (
                "in three boots the token of the run was in no output and in no file of the volume, and in "
                f"{looks} looks at the processes in no arguments and no environment that is not its place"
            )
            yield self.proof(bench, words, places.of_secret(bench.workspace, "token"), "SEC-03")

    def _shown(self, bench: Bench, boot: Boot, seen: list[Sighting]) -> Iterator[Problem]:
        for ended in boot.ended:
            if any(needle.decode() in ended.output for needle in bench.needles):
                words = f"the log of {ended.plan.name} shows the token"
                yield self.problem(bench, words, places.of_container(ended.plan), "SEC-03")
        for sighting in seen:
            words = f"the token stands in the {sighting.where} of {sighting.program} in {sighting.container}"
            plan = bench.plan().container(sighting.container)
            at = places.of_container(plan) if plan else places.of_secret(bench.workspace, "token")
            yield self.problem(bench, words, at, "SEC-03")
        found = file_with(bench.claims, bench.needles)
        if found is not None:
            words = f"the token stands on the volume, in {found}"
            yield self.problem(bench, words, places.of_clone(bench.workspace), "SEC-03")


class Watched:
    """Samplers of the containers of one boot."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._samplers: list[Sampler] = []

    def watch(self, plan: ContainerPlan, running: Running) -> None:
        """Watch one container; its own environment may hold the token where the manifest says so."""
        allowed = any(self._bench.token in value for value in plan.environment.values())
        self._samplers.append(Sampler(running, self._bench.needles, in_environment=allowed))

    def seen(self) -> list[Sighting]:
        """Everything that was seen."""
        return [sighting for sampler in self._samplers for sighting in sampler.stop()]

    @property
    def looks(self) -> int:
        return sum(sampler.looks for sampler in self._samplers)


def file_with(folder: Path, needles: list[bytes]) -> str | None:
    """The first file below a folder that holds one of some texts, without the name of its volume."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        content = path.read_bytes()
        if any(needle in content for needle in needles):
            return "/".join(path.relative_to(folder).parts[1:])
    return None
