"""The hook of this repository, used by another one under the real pre-commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("kubernetes", "policies", "scripts")
CLAIM = "kubernetes/apps/opencode/opencode-ha/app/pvc.yaml"

CONFIG = """\
repos:
  - repo: local
    hooks:
      - id: opencode-policy
        name: opencode-policy
        entry: {python} -m opencode_policy check
        language: system
        types_or: [yaml, json, shell, markdown]
        pass_filenames: false
        require_serial: true
"""


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    return run(folder, "git", *identity, *arguments)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the shipped manifests, the hook installed, everything staged."""
    folder = tmp_path / "cluster"
    for name in SHIPPED:
        shutil.copytree(ROOT / name, folder / name)
    (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(python=sys.executable), "utf-8")
    assert git(folder, "init", "--quiet").returncode == 0
    assert git(folder, "add", "--all").returncode == 0
    installed = run(folder, sys.executable, "-m", "pre_commit", "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder


def test_a_sound_commit_passes(repository: Path) -> None:
    done = git(repository, "commit", "--quiet", "--message", "the workspaces")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "opencode-policy" in done.stderr
    assert "Passed" in done.stderr


def test_a_commit_that_breaks_a_requirement_is_refused_with_its_place(repository: Path) -> None:
    claim = repository / CLAIM
    claim.write_text(claim.read_text("utf-8").replace("storage: 5Gi", "storage: 5G"), "utf-8")
    assert git(repository, "add", "--all").returncode == 0
    done = git(repository, "commit", "--quiet", "--message", "a smaller volume")
    assert done.returncode == 1
    assert "SEC-04: the claim asks for 5G instead of 5Gi" in done.stderr
    assert f"{CLAIM}:19:16" in done.stderr
    assert git(repository, "rev-parse", "--quiet", "--verify", "HEAD").returncode != 0


def test_the_published_hook_runs_what_the_test_ran() -> None:
    published = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    for line in ("id: opencode-policy", "types_or: [yaml, json, shell, markdown]", "pass_filenames: false"):
        assert line in published
        assert line in CONFIG
    assert "entry: opencode-policy check\n" in published


def test_our_own_configuration_is_valid() -> None:
    for name, command in (
        (".pre-commit-config.yaml", "validate-config"),
        (".pre-commit-hooks.yaml", "validate-manifest"),
    ):
        done = run(ROOT, sys.executable, "-m", "pre_commit", command, name)
        assert done.returncode == 0, done.stdout + done.stderr
