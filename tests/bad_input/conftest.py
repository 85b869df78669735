"""Checks of broken trees by the real command, in a process that may not take long nor take much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.repository import CLAIM_PATH, write_repository

PROJECT = Path(__file__).resolve().parents[2]
SECONDS = 120
"""Far more than any of these checks takes on a slow machine, far less than for ever."""
MEGABYTES = 1500

Said = tuple[str, str, str]
"""Rule, `path:line:column` and message of a finding."""
ELSEWHERE: Said = ("claim-mismatch", f"{CLAIM_PATH}:11:16", "the claim asks for 10Gi instead of 5Gi")
"""The finding of a file that nobody broke."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check said: its findings, what it did not look at, and its last words."""

    code: int
    findings: Sequence[Said] = ()
    not_checked: Sequence[str] = ()
    statuses: dict[str, str] = field(default_factory=dict)
    err: str = ""

    def of(self, path: str) -> list[tuple[str, str, str]]:
        """Rule, `line:column` and message of every finding in a file."""
        placed = ((rule, *place.rsplit(":", 2), words) for rule, place, words in self.findings)
        return [
            (rule, f"{line}:{column}", words) for rule, name, line, column, words in placed if name == path
        ]

    @property
    def others(self) -> list[Said]:
        """All findings but the one of the file that nobody broke, which must be there."""
        assert ELSEWHERE in self.findings, "a broken file kept another one from being checked"
        return [item for item in self.findings if item != ELSEWHERE]


Check = Callable[..., Seen]


def limited() -> None:
    """Give the process no more memory than it may take."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))


def run(root: Path, *argv: str, prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[bytes]:
    """`opencode-policy check` below a folder, with these further arguments."""
    command = [*prefix, sys.executable, "-m", "opencode_policy", "check", *argv]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("OPENCODE_POLICY")}
    return subprocess.run(
        command,
        cwd=root,
        env={**variables, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        timeout=SECONDS,
        preexec_fn=limited if sys.platform == "linux" else None,
        check=False,
    )


def seen_of(done: subprocess.CompletedProcess[bytes]) -> Seen:
    """A JSON report read back."""
    err = done.stderr.decode(errors="replace")
    assert "Traceback" not in err, err
    if not done.stdout:
        return Seen(done.returncode, err=err)
    report = json.loads(done.stdout)
    assert report["failures"] == []
    return Seen(
        done.returncode,
        [(item["rule"], place(item["location"]), item["message"]) for item in report["findings"]],
        [item["reason"] for item in report["not_checked"]],
        {item["id"]: item["status"] for item in report["requirements"]},
        err,
    )


def place(location: dict[str, object]) -> str:
    """A location as `path:line:column`."""
    return f"{location['path']}:{location['line']}:{location['column']}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small repository whose claim is too large, which is what every check must still find."""
    write_repository(tmp_path)
    return tmp_path


@pytest.fixture
def check(tree: Path) -> Check:
    """Check the folder kubernetes/ of the repository, or the paths that are given."""

    def call(*paths: str, prefix: Sequence[str] = ()) -> Seen:
        return seen_of(run(tree, *(paths or ("kubernetes",)), "--output-format", "json", prefix=prefix))

    return call
