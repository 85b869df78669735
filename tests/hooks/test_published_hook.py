"""The hooks as pre-commit installs them, from the last commit: ours elsewhere, and those that we use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLAIM = "kubernetes/apps/opencode/opencode-ha/app/pvc.yaml"
IN_A_CLONE = (ROOT / ".git").exists() and shutil.which("git") is not None

pytestmark = pytest.mark.skipif(not IN_A_CLONE, reason="pre-commit installs a hook from a git repository")


def run(folder: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command that sees neither this checkout on its path nor the hooks of other runs."""
    hidden = ("PYTHONPATH", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "FORCE_COLOR")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    identity = {
        f"GIT_{who}_{what}": "test@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return subprocess.run(
        command,
        cwd=folder,
        env={**variables, **identity, "PRE_COMMIT_HOME": str(home), "PREK_HOME": str(home), "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_our_hook_installed_in_another_repository(tmp_path: Path) -> None:
    folder, home = tmp_path / "cluster", tmp_path / "home"
    for name in ("kubernetes", "policies", "scripts"):
        shutil.copytree(ROOT / name, folder / name)
    head = run(ROOT, home, "git", "rev-parse", "HEAD").stdout.strip()
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {ROOT}\n    rev: {head}\n    hooks:\n      - id: opencode-policy\n",
        encoding="utf-8",
    )
    run(folder, home, "git", "init", "--quiet")
    run(folder, home, "git", "add", "--all")
    assert run(folder, home, sys.executable, "-m", "pre_commit", "install").returncode == 0
    good = run(folder, home, "git", "commit", "--quiet", "--message", "good")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "opencode-policy" in good.stderr
    claim = folder / CLAIM
    claim.write_text(
        claim.read_text(encoding="utf-8").replace("storage: 5Gi", "storage: 6Gi"), encoding="utf-8"
    )
    run(folder, home, "git", "add", "--all")
    bad = run(folder, home, "git", "commit", "--quiet", "--message", "bad")
    assert bad.returncode == 1
    assert "error[claim-mismatch] SEC-04: the claim asks for 6Gi instead of 5Gi" in bad.stderr
    assert run(folder, home, "git", "log", "--format=%s").stdout.split() == ["good"]


def test_the_hooks_of_this_repository(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run(tmp_path, tmp_path, "git", "clone", "--quiet", str(ROOT), str(clone))
    done = run(clone, tmp_path / "home", sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    passed = [line.partition("...")[0] for line in done.stdout.splitlines() if line.endswith("Passed")]
    assert passed == ["opencode-policy", "ruff check", "ruff format", "shellcheck"]
