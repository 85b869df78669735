"""What a drill is: a rule that runs the workspace instead of reading it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from opencode_policy.drill.bench import Bench
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.rules.base import Rule


class Drill(Rule):
    """A drill of one workspace. A subclass overrides `drill`.

    Its id is `drill-` and its `name`; `requirements` lists the IDs of every workspace, as for a rule.
    `needs` are programs without which it cannot run; `seconds` is its budget, after which it is given up.
    """

    suppressible: ClassVar[bool] = False
    good = ()
    bad = ()
    needs: ClassVar[tuple[str, ...]] = ()
    seconds: ClassVar[float] = 300.0
    title: ClassVar[str] = ""
    fix = "Look at what the report quotes; `opencode-policy drill --keep` leaves the logs and volumes."

    @classmethod
    def short(cls) -> str:
        """The name by which `--only` knows it."""
        return cls.id.removeprefix("drill-")

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Run it; every fact of each requirement ends as an outcome."""
        raise NotImplementedError

    def tag(self, bench: Bench, *candidates: str) -> str | None:
        """Which of some requirements is that of the workspace; None where the policy has none of them."""
        for requirement in bench.workspace.policy.requirements:
            fits = requirement.workspace in (None, bench.name)
            if requirement.id in candidates and fits:
                return requirement.id
        return None

    def problem(self, bench: Bench, words: str, at: Place, *candidates: str) -> Problem:
        """A violation; without `candidates` of all the drill's requirements."""
        return Problem(f"{bench.name}: {words}", at, requirement=self.tag(bench, *candidates))

    def proof(self, bench: Bench, words: str, at: Place, *candidates: str) -> Proof:
        """An evidence."""
        return Proof(f"{bench.name}: {words}", at, self.tag(bench, *candidates))

    def unknown(self, bench: Bench, words: str, at: Place | None = None) -> Unknown:
        """What could not be drilled."""
        return Unknown(f"{bench.name}: {words}", at)
