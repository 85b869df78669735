"""The ratio of stages that benchmarks/run shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.commands import stages_goal
from benchmarks.measure import CannotRunError

ROOT = Path(__file__).resolve().parents[2]


def test_a_ratio_for_each_round() -> None:
    goal = stages_goal(ROOT, 2)
    assert goal.name == "expand and graph tests/fixtures/home / parse"
    assert len(goal.rounds) == 2
    assert min(goal.rounds) > 0


def test_a_folder_without_manifests_gives_no_number(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"^benchmarks\.stages: "):
        stages_goal(tmp_path, 1)
