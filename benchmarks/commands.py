"""The processes that are compared, and what their numbers should stay below."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.measure import CannotRunError, Command, Goal, Run, environment, ratios

START: Final = "check kubernetes/"
IMPORTS: Final = "import yaml, pydantic"
BULK: Final = "check the generated tree"
DRAIN: Final = "drain yaml.parse"

MOST_OVER_IMPORTS: Final = 2.5
MOST_OVER_DRAIN: Final = 6
MOST_MEGABYTES: Final = 400
MOST_OVER_PARSING: Final = 2

HOME: Final = "tests/fixtures/home"
"""A repository of fifty applications, with components, patches and app-template releases."""

_DRAIN_SCRIPT: Final = """
import os, sys, yaml
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".yaml"):
            with open(os.path.join(folder, name), "rb") as stream:
                for event in yaml.parse(stream, Loader=yaml.CSafeLoader):
                    pass
"""


def start_commands(root: Path) -> list[Command]:
    """A check of the repository's own manifests, and the imports that no check can do without."""
    imports = (sys.executable, "-c", IMPORTS)
    return [_check(START, root, "kubernetes/"), Command(IMPORTS, imports, root)]


def bulk_commands(root: Path, tree: Path) -> list[Command]:
    """A check of a large tree, and a process that only makes libyaml read the same files."""
    drain = (sys.executable, "-c", _DRAIN_SCRIPT, str(tree))
    return [_check(BULK, root, str(tree)), Command(DRAIN, drain, root)]


def _check(label: str, root: Path, path: str) -> Command:
    return Command(label, (sys.executable, "-m", "opencode_policy", "check", path), root, may_find=True)


def goals(runs: Mapping[str, Sequence[Run]]) -> list[Goal]:
    """The three targets; memory is that of the large tree.

    Raises CannotRunError if the check took less time than reading its files takes: it did not read them.
    """
    over_drain = ratios(runs, BULK, DRAIN)
    if max(over_drain) < 1:
        raise CannotRunError(f"{BULK}: faster than {DRAIN}, so it cannot have read the files")
    return [
        Goal(f"{START} / {IMPORTS}", "", MOST_OVER_IMPORTS, ratios(runs, START, IMPORTS)),
        Goal(f"{BULK} / {DRAIN}", "", MOST_OVER_DRAIN, over_drain),
        Goal(f"{BULK}, peak memory", " MB", MOST_MEGABYTES, tuple(run.memory / 1e6 for run in runs[BULK])),
    ]


def stages_goal(root: Path, rounds: int) -> Goal:
    """Expansion and graph of a realistic repository over its parsing, in one process.

    Raises CannotRunError if that process fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stages", HOME, "--rounds", str(rounds)],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRunError(f"benchmarks.stages: {done.stderr.strip()}")
    return Goal(f"expand and graph {HOME} / parse", "", MOST_OVER_PARSING, tuple(json.loads(done.stdout)))
