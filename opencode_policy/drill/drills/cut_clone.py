"""Drill cut-clone."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.booting import failure
from opencode_policy.outcome import Outcome

_POINTS = (0.0, 0.05, 0.5, 0.99)
"""Where the connection breaks, as parts of what a whole clone transfers."""


class DrillCutClone(Drill):
    """A clone whose connection breaks passes as complete, or is never repaired."""

    requirements = ("FLUX-05", "HA-05")
    why = "Half a clone that passes as a whole one loses files without a word."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Break the connection at several points; boot again with a good one."""
        bench.empty_volumes()
        bench.boot()
        total = bench.host.sent
        if not total:
            yield self.unknown(bench, "the first boot cloned nothing, so no clone can be cut")
            return
        at = places.of_clone(bench.workspace)
        for point in _POINTS:
            words = self._cut(bench, int(total * point))
            if words:
                yield self.problem(bench, f"a clone that is cut after {point:.0%} {words}", at)
                return
        points = ", ".join(f"{point:.0%}" for point in _POINTS)
        yield self.proof(
            bench, f"a clone that was cut after {points} failed, and the next boot repaired it", at
        )

    def _cut(self, bench: Bench, after: int) -> str:
        """What is wrong with how a boot deals with a cut clone, empty if nothing."""
        bench.empty_volumes()
        bench.host.cut_after = after
        cut = bench.boot()
        if cut.ready and bench.clone().fault:
            return "passes as complete: the init containers end well"
        bench.host.behave()
        wrong = failure(bench, bench.boot())
        if wrong is not None:
            return f"is never repaired: at the next boot {wrong[0]}"
        fault = bench.clone().fault
        return f"is not repaired by the next boot: {fault}" if fault else ""
