"""The command: what it lists, what it refuses, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opencode_policy.__main__ import main
from opencode_policy.cli.exit_codes import CLEAN, REFUSED
from tests.mutations.harness import ROOT

from .harness import require

COMMAND = [sys.executable, "-m", "opencode_policy", "drill"]


def test_the_list_names_every_drill(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "--list"]) == CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "first-boot",
        "second-boot",
        "cut-clone",
        "power-loss",
        "token",
        "boot-errors",
        "login",
        "pull",
        "seed-script",
        "server",
        "sessions",
        "streams",
        "resources",
        "isolation",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "first-boat"], "there is no drill 'first-boat'; did you mean 'first-boot'?"),
        (["--keep", "."], "'.' exists already; --keep wants a new folder"),
        (["--program", "opencode"], "--program wants NAME=PATH, not 'opencode'"),
        (["--backend", "lxc"], "there is no 'lxc'"),
    ],
)
def test_what_does_not_exist_is_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drill", *arguments]) == REFUSED
    assert words in capsys.readouterr().err


def test_check_imports_nothing_of_it() -> None:
    program = (
        "import sys; from opencode_policy.__main__ import main; main(['check', 'kubernetes', '--exit-zero']);"
        "sys.stderr.write(str([name for name in sys.modules if name.startswith('opencode_policy.drill')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]"


@pytest.mark.drill
def test_evidence_and_its_place_are_in_the_report(tmp_path: Path) -> None:
    require("first-boot")
    report, log = tmp_path / "report.json", tmp_path / "log.sarif"
    options = ["--only", "first-boot", "--workspace", "opencode-flux", "--output", f"json={report}"]
    options += ["--output-format", f"sarif={log}", "--sarif-profile", "full"]
    done = subprocess.run(
        [*COMMAND, *options, "kubernetes"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "opencode-flux: first-boot passed in " in done.stderr
    found = {item["id"]: item for item in json.loads(report.read_text())["requirements"]}
    evidence = [item for item in found["FLUX-05"]["evidence"] if item["rule"] == "drill-first-boot"]
    assert [item["message"] for item in evidence] == [
        "opencode-flux: a boot on an empty volume made a complete clone of the newest commit"
    ]
    assert evidence[0]["location"]["path"].endswith("init-workspace.sh")
    written = json.loads(log.read_text())["runs"][0]
    assert written["results"] == []  # a drill alone satisfies nothing, and nothing is violated
    assert "drill-first-boot" in {rule["id"] for rule in written["tool"]["driver"]["rules"]}


@pytest.mark.drill
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_it(number: signal.Signals, tmp_path_factory: pytest.TempPathFactory) -> None:
    require("power-loss")
    folder = tmp_path_factory.mktemp("k")
    process = subprocess.Popen(
        [*COMMAND, "--only", "power-loss", "kubernetes"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert waited(lambda: len(processes_of(folder)) > 2, 60), "nothing was started"
        process.send_signal(number)
        process.wait(60)
        assert waited(lambda: processes_of(folder) == [], 20), processes_of(folder)
    finally:
        process.kill()
    assert str(folder) not in Path("/proc/self/mounts").read_text()
    if number != signal.SIGKILL:
        assert list(folder.iterdir()) == []


def waited(condition: object, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if callable(condition) and condition():
            return True
        time.sleep(0.1)
    return False


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that work in a folder, pytest and the command itself excepted."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found
