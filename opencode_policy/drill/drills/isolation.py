"""Drill isolation."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.benches import benches
from opencode_policy.drill.serving import NotServing, serving_pod
from opencode_policy.outcome import Outcome


class DrillIsolation(Drill):
    """A workspace that is killed takes another one with it."""

    requirements = ("FLUX-01", "HA-01")
    why = "Two workspaces are two so that one can fail alone."
    needs = ("server",)

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Run the workspace beside another, kill the other one, and ask this one."""
        tree = bench.workspace.tree
        other = next((item for item in tree.workspaces if item.name != bench.name and item.pod), None)
        if other is None:
            return
        bench.empty_volumes()
        folder = bench.folder / "neighbour"
        try:
            with (
                benches([other], bench.settings, bench.machine, folder, bench.say) as made,
                serving_pod(bench) as own,
            ):
                session = own.post("/session", {"title": "drill"}).status
                with serving_pod(made[0]) as neighbour:
                    neighbour.running.kill()
                answer = own.get("/session")
        except NotServing as error:
            yield self.unknown(bench, f"not both servers come up: {error}", error.at)
            return
        at = places.of_container(own.plan)
        if session != 200 or answer.status != 200 or b"drill" not in answer.body:
            yield self.problem(bench, f"it answers {answer} after {other.name} was killed beside it", at)
        else:
            words = (
                f"it ran beside {other.name} and kept answering, with its sessions, when that one was killed"
            )
            yield self.proof(bench, words, at)
