"""A disk that is full, a folder that refuses, an interruption: what was good stays."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Engine
from tests.cli.repository import write_repository

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 20_000
HERE = {**os.environ, "PYTHONPATH": str(ROOT)}
MACHINES = ("sarif", "html", "json", "junit")


def small_files() -> None:
    """Let no file of this process grow beyond a limit, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def process(folder: Path, *argv: str, full: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "opencode_policy", *argv],
        cwd=folder,
        env=HERE,
        preexec_fn=small_files if full else None,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    write_repository(folder)
    return folder


def test_a_full_disk_leaves_the_report_of_yesterday(tree: Path) -> None:
    report = tree / "report.sarif"
    report.write_text("yesterday", encoding="utf-8")
    done = process(tree, "check", "kubernetes", f"--output-format=sarif={report}", full=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"opencode-policy: cannot write '{report}': File too large\n"
    assert report.read_text("utf-8") == "yesterday"
    assert [path.name for path in tree.iterdir() if path.name.endswith(".tmp")] == []


def test_what_was_written_before_the_disk_was_full_is_whole(tree: Path) -> None:
    wanted = ("--output-format=text=small", "--output-format=sarif=large")
    done = process(tree, "check", "kubernetes", *wanted, full=True)
    assert done.returncode == 2
    assert (tree / "small").read_text("utf-8").startswith("error[claim-mismatch]")
    assert not (tree / "large").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_standard_output(tree: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "opencode_policy", "check", "kubernetes", "--output-format", "html"],
            cwd=tree,
            env=HERE,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "opencode-policy: cannot write to standard output: No space left on device\n",
    )


def test_a_full_disk_leaves_baseline_and_lock(tree: Path) -> None:
    lock = tree / "policies/lock.yaml"
    assert process(tree, "upgrade", "--write").returncode == 0
    assert process(tree, "baseline", "create", "kubernetes").returncode == 0
    before = {path: path.read_bytes() for path in (lock, tree / "policies/baseline.json")}

    def nothing() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    for argv in (("upgrade", "--write"), ("baseline", "update", "kubernetes")):
        done = subprocess.run(
            [sys.executable, "-m", "opencode_policy", *argv],
            cwd=tree,
            env=HERE,
            preexec_fn=nothing,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert ": File too large\n" in done.stderr
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("form", MACHINES)
def test_an_interruption_while_writing_leaves_the_old_file(
    command: Command, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    report = tmp_path / "report"
    report.write_text("yesterday", encoding="utf-8")
    monkeypatch.setattr("opencode_policy.cli.write.os.fsync", interrupted)
    assert command("check", f"--output-format={form}={report}").code == 130
    assert report.read_text("utf-8") == "yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_killed_run_leaves_the_old_file(tree: Path) -> None:
    report = tree / "report.sarif"
    report.write_text("yesterday", encoding="utf-8")
    code = (
        "import os, signal\n"
        "from opencode_policy.cli import write\n"
        "write.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from opencode_policy.__main__ import main\n"
        f"main(['check', 'kubernetes', '--output-format=sarif={report}'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, env=HERE, check=False)
    assert done.returncode == -signal.SIGKILL
    assert report.read_text("utf-8") == "yesterday"
    assert process(tree, "check", "kubernetes", f"--output-format=sarif={report}").returncode == 1
    assert report.read_text("utf-8").startswith("{")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_refuses(tree: Path) -> None:
    folder = tree / "closed"
    folder.mkdir(mode=0o500)
    done = process(tree, "check", "kubernetes", "--output-format=sarif=closed/report")
    assert (done.returncode, done.stderr) == (
        2,
        "opencode-policy: cannot write 'closed/report': Permission denied\n",
    )
