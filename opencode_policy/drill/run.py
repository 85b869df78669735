"""Run drills over a tree: what each of them said of each workspace, as the engine's judgements."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench, OutOfTime
from opencode_policy.drill.benches import benches
from opencode_policy.drill.container_engine import ContainerEngine, engine_refused
from opencode_policy.drill.machine import NEEDED, Machine, look_around, sandbox_refused
from opencode_policy.drill.sandbox import SandboxError
from opencode_policy.drill.table import drills
from opencode_policy.drill.volumes import remove
from opencode_policy.engine import Judgement, Judgements
from opencode_policy.finding import Gap, RuleFailure
from opencode_policy.outcome import Outcome, Problem, Unknown, location_of
from opencode_policy.policy.drill import Drill as DrillSettings
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree, WorkspaceTree

Say = Callable[[str, str, str], None]
"""Hears of progress: the drill, the workspace, and what is going on."""

STAND_INS = (
    "programs of this machine in place of the images",
    "one user with fitting mode bits in place of owners and groups",
    "directories in place of volumes",
    "random secrets, delivered by the ExternalSecrets, in place of Doppler and External Secrets",
    "repositories of its own behind the hosts of the real ones",
)
"""What stands in for something else in every drill; docs/drill.md says more."""


@dataclass(slots=True)
class Drilling:
    """Which drills run on which workspaces, and how.

    `engine` names a container engine to use in place of bubblewrap; `programs` are paths that the user
    gives in place of the machine's; `keep` is a new folder for logs and volumes, None to leave nothing.
    """

    only: Collection[str] | None = None
    workspaces: Collection[str] | None = None
    programs: Mapping[str, Path] = field(default_factory=dict)
    keep: Path | None = None
    say: Say = lambda *_: None
    settings: DrillSettings | None = None
    alone: bool = True
    engine: str = ""
    _left_out: list[Gap] = field(default_factory=list)

    @property
    def rules(self) -> dict[str, type[Rule]]:
        """Every drill there is, by rule id."""
        return {drill.id: drill for drill in drills().values()}

    @property
    def chosen(self) -> list[type[Drill]]:
        """The drills that are to run."""
        return [drill for name, drill in drills().items() if self.only is None or name in self.only]

    def judge(self, tree: Tree) -> Judgements:
        """Run the drills; a machine that cannot is said for each, never passed over."""
        said = Judgements()
        settings = self.settings or tree.policy.settings.drill or DrillSettings()
        machine = look_around(settings, self.programs)
        refusal = self._refusal(machine)
        able = [item for item in self._workspaces(tree) if self._can(said, item, refusal)]
        if not able:
            return said
        with (
            run_folder(self.keep) as folder,
            benches(able, settings, machine, folder, lambda _: None, self.engine) as made,
        ):
            self._notice(made)
            for bench in made:
                bench.say = partial(self.say, "", bench.name)
            for part in self._side_by_side(made):
                said.outcomes += part.outcomes
                said.asked += part.asked
                said.failures += part.failures
        return said

    def _side_by_side(self, made: Sequence[Bench]) -> list[Judgements]:
        """Drill each workspace in a thread of its own; an interruption ends them all."""
        with ThreadPoolExecutor(max_workers=len(made)) as pool:
            try:
                return list(pool.map(self._workspace, made))
            except BaseException:
                for bench in made:
                    bench.give_up()
                raise

    def gaps(self) -> list[Gap]:
        """What the sandbox replaced or left out, each with its place."""
        return self._left_out

    def _notice(self, made: Sequence[Bench]) -> None:
        found = {
            (item.words, location_of(item.at)): None for bench in made for item in bench.plan().unhonoured
        }
        self._left_out = [Gap(f"the drill has {item}") for item in (STAND_INS if made else ())]
        self._left_out += [Gap(f"in the drill {words}", location=at) for words, at in found]

    def _refusal(self, machine: Machine) -> str:
        """Why nothing can be drilled here, empty if it can."""
        if self.engine:
            needed = [name for name in NEEDED if name != "bwrap"]
            return machine.lacks(needed) or engine_refused(self.engine)
        return machine.lacks(list(NEEDED)) or sandbox_refused()

    def _workspaces(self, tree: Tree) -> list[WorkspaceTree]:
        return [item for item in tree.workspaces if self.workspaces is None or item.name in self.workspaces]

    def _can(self, said: Judgements, workspace: WorkspaceTree, refusal: str) -> bool:
        why = refusal or ("" if workspace.pod is not None else f"{workspace.name} has no Pod to run")
        for drill in self.chosen if why else ():
            said.asked.append((drill.id, workspace.name))
            said.outcomes.append(Judgement(drill.id, workspace.name, Unknown(why, workspace.anchor)))
        return not why

    def _workspace(self, bench: Bench) -> Judgements:
        said = Judgements()
        for drill in self.chosen:
            if bench.stopped:
                return said
            said.asked.append((drill.id, bench.name))
            self.say(drill.short(), bench.name, "runs")
            begun = time.monotonic()
            outcomes = self._ask(said, drill, bench)
            said.outcomes += [Judgement(drill.id, bench.name, item) for item in outcomes]
            self.say(drill.short(), bench.name, f"{_sum(outcomes)} in {time.monotonic() - begun:.1f} s")
        return said

    def _ask(self, said: Judgements, drill: type[Drill], bench: Bench) -> list[Outcome]:
        lacking = lacks(bench, drill)
        if lacking:
            return [Unknown(f"{bench.name}: {lacking}", bench.workspace.anchor)]
        bench.deadline = time.monotonic() + drill.seconds
        try:
            return list(drill().drill(bench))
        except OutOfTime:
            words = f"{bench.name}: given up after {drill.seconds:.0f} s"
            return [Unknown(words, bench.workspace.anchor)]
        except SandboxError as error:
            return [Unknown(f"{bench.name}: {error}", bench.workspace.anchor)]
        except Exception as error:  # noqa: BLE001 - one broken drill must not silence the others
            said.failures.append(RuleFailure(drill.id, bench.name, _where(error)))
            if os.environ.get("OPENCODE_POLICY_TRACEBACK"):
                import traceback

                traceback.print_exception(error)
            return []


def lacks(bench: Bench, drill: type[Drill]) -> str:
    """What this machine or the policy lacks for a drill, empty if nothing."""
    plan, images = bench.plan(), bench.images
    containers = [*plan.inits, *(plan.containers if "server" in drill.needs else ())]
    real = isinstance(bench.backend, ContainerEngine)
    missing = [] if real else [images.lacks(item.image) for item in containers]
    missing += [bench.machine.lacks([name]) for name in drill.needs if name != "server"]
    return next((words for words in missing if words), "")


@contextmanager
def run_folder(keep: Path | None) -> Iterator[Path]:
    """A short-named folder of the run; a Unix socket's path may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    try:
        yield folder
    finally:
        if keep is not None:
            keep.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, keep)
        else:
            remove(folder)


def _sum(outcomes: Sequence[Outcome]) -> str:
    if any(isinstance(item, Problem) for item in outcomes):
        return "failed"
    return "not drilled" if any(isinstance(item, Unknown) for item in outcomes) else "passed"


def _where(error: BaseException) -> str:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    name = Path(traceback.tb_frame.f_code.co_filename).name if traceback else "an unknown place"
    return f"{type(error).__name__} at {name}:{traceback.tb_lineno if traceback else 0}"
