"""Every shell script of the product is clean under ShellCheck, with the checks that are off by default."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .places import ROOT

SCRIPTS = sorted([*(ROOT / "kubernetes").rglob("*.sh"), *(ROOT / "scripts").rglob("*.sh")])
# Left out: braces around every variable are a matter of taste; that `set -e` is off inside a condition,
# and that a pipeline hides all results but the last, is known and used.
LEFT_OUT = "SC2250,SC2310,SC2312"


def find_shellcheck() -> str | None:
    beside = Path(sys.executable).with_name("shellcheck")
    return str(beside) if beside.exists() else shutil.which("shellcheck")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize("options", [[], ["--enable=all", f"--exclude={LEFT_OUT}"]], ids=["default", "all"])
def test_script_is_clean(script: Path, options: list[str]) -> None:
    program = find_shellcheck()
    if program is None:
        pytest.skip("shellcheck is not installed")
    command = [program, "--norc", "--shell=sh", *options, str(script)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_all_scripts_are_found() -> None:
    names = {"init-workspace.sh", "install-git.sh", "seed-copilot-auth.sh"}
    assert names <= {script.name for script in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_never_traces_itself(script: Path) -> None:
    lines = [line.split("#")[0] for line in script.read_text().splitlines()]
    assert not [line for line in lines if "set -x" in line or "-eux" in line or "xtrace" in line]
    assert "set -eu" in lines
