"""The command behind benchmarks/run."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.commands import bulk_commands, goals, stages_goal, start_commands
from benchmarks.measure import CannotRunError, by_turns, own_memory
from benchmarks.report import as_json, table

ROOT: Final = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report. 0 whatever the numbers say, 1 if something could not be run."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="opencode-policy-") as scratch:
            _measure(options, options.tree or _generate(Path(scratch), options))
    except CannotRunError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="Measure speed and memory.")
    parser.add_argument("--rounds", type=_positive, default=7, help="counted runs of each command (7)")
    parser.add_argument("--files", type=_positive, default=5000, help="size of the generated tree (5000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated tree (1)")
    parser.add_argument("--tree", type=Path, help="measure this folder instead of a generated one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number to this file")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _generate(folder: Path, options: argparse.Namespace) -> Path:
    """The tree, written by a process of its own: a child inherits its parent's peak memory on Linux."""
    sizes = ("--files", str(options.files), "--seed", str(options.seed))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.generate", str(folder), *sizes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRunError(f"the tree could not be generated\n{done.stderr.strip()}")
    return folder


def _measure(options: argparse.Namespace, tree: Path) -> None:
    tree = tree.resolve()
    files = sum(1 for _ in tree.rglob("*.yaml"))
    print(f"{options.rounds} rounds, {files} YAML files, memory is seen from {own_memory() / 1e6:.0f} MB on")
    runs = by_turns(start_commands(ROOT), options.rounds)
    runs |= by_turns(bulk_commands(ROOT, tree), options.rounds)
    reached = [*goals(runs), stages_goal(ROOT, options.rounds)]
    print(table(reached, runs))
    if options.json:
        options.json.write_text(as_json(reached, runs, files) + "\n", encoding="utf-8")
