"""Drill boot-errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.boot import Boot, Changes
from opencode_policy.drill.plan import PodPlan
from opencode_policy.outcome import Outcome

_SMALL = 64 * 1024
"""Bytes of a full disk: room for a few directories."""
_LONGEST = 240


class DrillBootErrors(Drill):
    """A boot that cannot make the clone passes, hangs, or does not say why."""

    requirements = ("FLUX-05", "HA-05")
    why = "What a person sees of a failed boot is the last line of its log."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Boot with a wrong token, without a server, with a full disk and with a read-only volume."""
        at = places.of_clone(bench.workspace)
        done = []
        for trouble, boot in self._troubles(bench):
            words = self._wrong(bench, boot)
            if words:
                yield self.problem(bench, f"with {trouble} {words}", at)
                return
            done.append(trouble)
        bench.host.behave()
        words = f"with {', '.join(done)} a first boot fails and its last line says so, without the token"
        yield self.proof(bench, words, at)

    def _troubles(self, bench: Bench) -> Iterator[tuple[str, Boot]]:
        if bench.token:
            bench.empty_volumes()
            bench.host.refuse = True
            yield "a wrong token", bench.boot()
        bench.empty_volumes()
        with bench.unreachable():
            yield "an unreachable git server", bench.boot()
        bench.empty_volumes()
        yield "a full disk", bench.boot(Changes(small_volumes=_small(bench.plan())))
        bench.empty_volumes()
        yield "a read-only volume", bench.boot(Changes(read_only=list(_small(bench.plan()))))

    def _wrong(self, bench: Bench, boot: Boot) -> str:
        if boot.ready:
            return "the init containers end well although there is no clone"
        ended = boot.failed
        if ended is None:
            return ""
        if ended.code is None:
            return f"{ended.plan.name} does not end"
        lines = [line for line in ended.output.splitlines() if line.strip()]
        if not lines:
            return f"{ended.plan.name} ends with {ended.code} and says nothing"
        if any(needle.decode() in ended.output for needle in bench.needles):
            return f"{ended.plan.name} shows the token"
        if len(lines[-1]) > _LONGEST:
            return f"the last line of {ended.plan.name} has {len(lines[-1])} characters"
        return ""


def _small(plan: PodPlan) -> Mapping[str, int]:
    """The mounts of claims in init containers."""
    return {
        mount.path: _SMALL
        for container in plan.inits
        for mount in container.mounts
        if plan.volumes[mount.volume].kind == "claim"
    }
