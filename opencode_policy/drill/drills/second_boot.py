"""Drill second-boot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.boot import Boot, Ended
from opencode_policy.drill.booting import failure
from opencode_policy.outcome import Outcome

_TRIES = 4


class DrillSecondBoot(Drill):
    """A boot that finds the clone clones again, touches work, or takes too long."""

    requirements = ("FLUX-06", "HA-06")
    why = "A boot that clones again costs minutes and may cost the work that was not committed."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Boot twice with work in the clone in between, while the repository moves on."""
        bench.empty_volumes()
        first = bench.boot()
        folder = bench.clone_folder(bench.plan())
        if failure(bench, first) or folder is None or bench.clone().fault:
            yield self.unknown(bench, "the first boot made no clone, so there is no second one")
            return
        work = leave_work(folder)
        bench.host.behave()
        boot = bench.boot()
        wrong = failure(bench, boot)
        if wrong is not None:
            yield self.problem(bench, f"with a clone on the volume {wrong[0]}", wrong[1])
            return
        yield from self._judge(bench, boot, folder, work)

    def _judge(self, bench: Bench, boot: Boot, folder: Path, work: dict[Path, str]) -> Iterator[Outcome]:
        at = places.of_clone(bench.workspace)
        if bench.host.log:
            yield self.problem(
                bench, f"a boot that finds the clone asks the git server for {bench.host.log[0].path}", at
            )
            return
        lost = [path for path, text in work.items() if not path.is_file() or path.read_text() != text]
        if lost:
            words = f"a boot that finds the clone loses what was not committed: {lost[0].relative_to(folder)}"
            yield self.problem(bench, words, at)
            return
        yield from self._times(bench, boot)

    def _times(self, bench: Bench, boot: Boot) -> Iterator[Outcome]:
        """Of several boots the fastest counts: a machine that is busy makes any of them slow."""
        least, boots = bench.settings.boot_seconds, [boot]
        while len(boots) < _TRIES and any(item.seconds >= least for item in fastest(boots)):
            boots.append(bench.boot())
        slow = [item for item in fastest(boots) if item.seconds >= least]
        for item in slow:
            words = f"with nothing to do the init container {item.plan.name} takes {item.seconds:.1f} s"
            yield self.problem(bench, f"{words}, not less than {least}", places.of_container(item.plan))
        if not slow:
            words = "a boot that finds the clone leaves it alone, asks the git server nothing"
            words += f" and each init container ends in less than {least} s"
            yield self.proof(bench, words, places.of_clone(bench.workspace))


def fastest(boots: Sequence[Boot]) -> list[Ended]:
    """Of each init container the shortest run."""
    ended = [item for boot in boots for item in boot.ended]
    names = dict.fromkeys(item.plan.name for item in ended)
    return [min((item for item in ended if item.plan.name == name), key=_seconds) for name in names]


def _seconds(ended: Ended) -> float:
    return ended.seconds


def leave_work(folder: Path) -> dict[Path, str]:
    """Work that is nowhere else: a changed file and a new one; gives their contents by path."""
    tracked = next(path for path in sorted(folder.iterdir()) if path.is_file())
    work = {tracked: "changed by hand\n", folder / "untracked.txt": "not committed\n"}
    for path, text in work.items():
        path.write_text(text)
    return work
