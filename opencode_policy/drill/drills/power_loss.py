"""Drill power-loss."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import BOOT_SECONDS, Bench
from opencode_policy.drill.boot import Kubelet
from opencode_policy.drill.drills.second_boot import leave_work
from opencode_policy.drill.plan import ContainerPlan
from opencode_policy.drill.volumes import remove
from opencode_policy.outcome import Outcome, Place


class DrillPowerLoss(Drill):
    """A boot that is killed at some moment leaves a volume that no later boot makes whole."""

    requirements = ("FLUX-05", "HA-05", "FLUX-06", "HA-06")
    why = "Nodes lose power and pods are evicted in the midst of a boot."
    seconds = 600.0

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Kill boots at random moments: on an empty volume, and on one with work in it."""
        bench.empty_volumes()
        with bench.pod() as kubelet:
            boot = kubelet.boot(BOOT_SECONDS)
            if not boot.ready or bench.clone().fault:
                yield self.unknown(bench, "the first boot fails, so it cannot be interrupted")
                return
            # Those that touch no lasting volume have nothing to lose.
            lasting = [item for item in kubelet.plan.inits if _lasts(kubelet, item)]
            taken = sum(item.seconds for item in boot.ended if item.plan in lasting)
            yield from self._on_empty(bench, kubelet, lasting, taken)
            yield from self._on_work(bench, kubelet, lasting)

    def _on_empty(
        self, bench: Bench, kubelet: Kubelet, inits: list[ContainerPlan], taken: float
    ) -> Iterator[Outcome]:
        times, at = bench.settings.interruptions, places.of_clone(bench.workspace)
        moments = random.Random(0)  # noqa: S311 - the same moments in every run
        for number in range(times):
            bench.spend()
            if number % 10 == 0:
                bench.say(f"power loss {number} of {times}")
            _empty(bench)
            moment = moments.uniform(0, taken * 1.1)
            interrupt(kubelet, inits, moment)
            wrong = self._after(bench, kubelet, inits)
            if wrong is not None:
                words, place = wrong
                yield self.problem(
                    bench,
                    f"killed after {moment:.2f} s of the first boot, {words}",
                    place or at,
                    "FLUX-05",
                    "HA-05",
                )
                return
        words = f"{times} first boots that were killed at random moments were all completed by the next one"
        yield self.proof(bench, words, at, "FLUX-05", "HA-05")

    def _after(
        self, bench: Bench, kubelet: Kubelet, inits: list[ContainerPlan]
    ) -> tuple[str, Place | None] | None:
        for container in inits:
            running = kubelet.start(container)
            code = running.wait(BOOT_SECONDS)
            if code != 0:
                running.kill()
                said = bench.quoted(running.output())
                return f"the next boot fails: {container.name} ends with {code} and says {said}", None
        fault = bench.clone().fault
        return (f"the next boot passes although the clone is not complete: {fault}", None) if fault else None

    def _on_work(self, bench: Bench, kubelet: Kubelet, inits: list[ContainerPlan]) -> Iterator[Outcome]:
        folder, at = bench.clone_folder(kubelet.plan), places.of_clone(bench.workspace)
        if folder is None or bench.clone().fault:
            return
        work = leave_work(folder)
        times = max(1, bench.settings.interruptions // 5)
        moments = random.Random(1)  # noqa: S311 - the same moments in every run
        for _ in range(times):
            interrupt(kubelet, inits, moments.uniform(0, 0.1))
            lost = _lost(work)
            if lost:
                words = (
                    f"a boot that was killed loses work that was not committed: {lost.relative_to(folder)}"
                )
                yield self.problem(bench, words, at, "FLUX-06", "HA-06")
                return
        words = f"{times} boots that were killed on a volume with work in it lost none of it"
        yield self.proof(bench, words, at, "FLUX-06", "HA-06")


def interrupt(kubelet: Kubelet, inits: list[ContainerPlan], seconds: float) -> None:
    """Run init containers in order and kill the one that runs after so many seconds."""
    end = time.monotonic() + seconds
    for container in inits:
        running = kubelet.start(container)
        if running.wait(max(0.0, end - time.monotonic())) is None:
            running.kill()
            return


def _lasts(kubelet: Kubelet, container: ContainerPlan) -> bool:
    return any(kubelet.plan.volumes[mount.volume].kind == "claim" for mount in container.mounts)


def _empty(bench: Bench) -> None:
    """Empty the claims; their directories are mounted and must stay."""
    for claim in bench.claims.iterdir():
        for item in claim.iterdir():
            remove(item) if item.is_dir() and not item.is_symlink() else item.unlink()


def _lost(work: dict[Path, str]) -> Path | None:
    changed = (path for path, text in work.items() if not path.is_file() or path.read_text() != text)
    return next(changed, None)
