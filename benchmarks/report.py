"""What was measured, as a table and as JSON."""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from benchmarks.measure import Goal, Run


def table(goals: Sequence[Goal], runs: Mapping[str, Sequence[Run]]) -> str:
    """Two parts: the goals with their ratios, and the commands with their times and memory."""
    heads = (
        ("goal", "target", "reached", "min", "median", "max"),
        ("command", "unit", "", "min", "median", "max"),
    )
    rows = [heads[0], *map(_goal_row, goals), (), heads[1], *_run_rows(runs)]
    widths = [max(len(row[column]) for row in rows if row) for column in range(len(heads[0]))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=False))
    )
    return "  ".join(cells).rstrip()


def _goal_row(goal: Goal) -> tuple[str, ...]:
    target = f"<= {goal.target:g}{goal.unit}"
    return goal.name, target, "yes" if goal.reached else "no", *_spread(goal.rounds)


def _run_rows(runs: Mapping[str, Sequence[Run]]) -> Iterator[tuple[str, ...]]:
    for label, items in runs.items():
        yield label, "s", "", *_spread([run.seconds for run in items])
        yield "", "MB", "", *_spread([run.memory / 1e6 for run in items])


def _spread(numbers: Sequence[float]) -> tuple[str, str, str]:
    median = Goal("", "", 0, tuple(numbers)).median
    return f"{min(numbers):.3f}", f"{median:.3f}", f"{max(numbers):.3f}"


def as_json(goals: Sequence[Goal], runs: Mapping[str, Sequence[Run]], files: int) -> str:
    """Everything that was measured, round by round: seconds, bytes and the ratios made of them."""
    return json.dumps(
        {
            "version": 1,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "files": files,
            "goals": [
                {
                    "name": goal.name,
                    "target": goal.target,
                    "reached": goal.reached,
                    "median": goal.median,
                    "rounds": goal.rounds,
                }
                for goal in goals
            ],
            "runs": {label: [asdict(run) for run in items] for label, items in runs.items()},
        },
        indent=2,
    )
