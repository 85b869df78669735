"""The outputs that README shows, from the tool itself: `python -m tests.readme` writes them anew."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"

_BLOCK = re.compile(r"(<!-- output:(?P<name>\w+) -->\n)(?P<body>.*?)(<!-- /output -->)", re.DOTALL)
_CLAIM = "kubernetes/apps/opencode/opencode-flux/app/pvc.yaml"


def current() -> str:
    """README with the outputs as they are now."""
    return _BLOCK.sub(_filled, README.read_text(encoding="utf-8"))


def _filled(found: re.Match[str]) -> str:
    return f"{found[1]}\n{_OUTPUTS[found['name']]()}\n{found[4]}"


def _checked() -> str:
    return _console("make check", _output(["check", "kubernetes/"], ROOT, 0), last=3)


def _proved() -> str:
    argv = ["check", "kubernetes/", "--requirement", "SEC-04", "--show", "satisfied"]
    return _console("opencode-policy " + " ".join(argv), _output(argv, ROOT, 0))


def _broken() -> str:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        for name in ("kubernetes", "policies", "scripts"):
            shutil.copytree(ROOT / name, tree / name)
        claim = tree / _CLAIM
        claim.write_text(claim.read_text(encoding="utf-8").replace("storage: 5Gi", "storage: 5G"), "utf-8")
        shown = _output(["check", "kubernetes/"], tree, 1)
    findings = shown.partition("\n\nNot checked\n")[0]
    counts = shown.rstrip().rsplit("\n\n", 1)[-1]
    return _console("opencode-policy check kubernetes/", f"{findings}\n\n…\n\n{counts}\n")


def _console(command: str, output: str, *, last: int | None = None) -> str:
    lines = output.rstrip("\n").split("\n")
    shown = lines if last is None else ["…", *lines[-last:]]
    return "\n".join(("```console", f"$ {command}", *shown, "```"))


def _output(argv: list[str], folder: Path, code: int) -> str:
    """What a command prints in a folder that is no terminal, once it has ended as expected."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    command = [sys.executable, "-m", "opencode_policy", *argv]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


_OUTPUTS: dict[str, Callable[[], str]] = {"check": _checked, "broken": _broken, "proved": _proved}

if __name__ == "__main__":
    README.write_text(current(), encoding="utf-8")
