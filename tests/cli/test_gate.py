from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencode_policy.cli import gate
from tests.cli.conftest import Command, Engine
from tests.report import samples


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_it_ends_as_the_check_would_have(command: Command, engine: Engine, tmp_path: Path, form: str) -> None:
    report = str(tmp_path / "report")
    assert command("check", f"--output-format={form}={report}", "--exit-zero").code == 0
    done = command("gate", report)
    others = " (1 other that cannot fail a check)" if form == "json" else ""
    assert (done.code, done.out, done.err) == (1, f"Findings: 1 error, 0 warnings, 0 notes{others}\n", "")
    engine.result = samples.result([])
    command("check", f"--output-format={form}={report}")
    assert command("gate", report).code == 0


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_run_that_broke_stays_broken(command: Command, engine: Engine, tmp_path: Path, form: str) -> None:
    engine.result = samples.result([], failed=True)
    report = str(tmp_path / "report")
    assert command("check", f"--output-format={form}={report}", "--exit-zero").code == 3
    done = command("gate", report)
    assert done.code == 3
    assert done.err in (
        "opencode-policy: the rule shell-tracing failed on demo\n",
        "opencode-policy: run 1 did not come to its end\n",
    )


def test_fail_on(command: Command, tmp_path: Path) -> None:
    report = tmp_path / "report"
    finding = {"severity": "warning", "suppressed": None}
    report.write_text(json.dumps({"version": 1, "findings": [finding], "failures": []}), encoding="utf-8")
    codes = {level: command("gate", str(report), "--fail-on", level).code for level in ("error", "warning")}
    assert codes == {"error": 0, "warning": 1}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe{", "it is not UTF-8"),
        (b'{"version": 9, "findings": []}', "the JSON report has version 9, and only 1 is known"),
    ],
)
def test_what_is_no_report(command: Command, tmp_path: Path, data: bytes, message: str) -> None:
    report = tmp_path / "report"
    report.write_bytes(data)
    done = command("gate", str(report))
    assert (done.code, done.out) == (2, "")
    assert f"opencode-policy: '{report}' cannot be used: {message}" in done.err


def test_a_byte_order_mark_does_no_harm(command: Command, tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_bytes(b'\xef\xbb\xbf{"version": 1, "findings": [], "failures": []}')
    assert command("gate", str(report)).code == 0


def test_a_file_that_is_not_there(command: Command, tmp_path: Path) -> None:
    done = command("gate", str(tmp_path / "nothing"))
    assert (done.code, done.err) == (
        2,
        f"opencode-policy: cannot read '{tmp_path}/nothing': No such file or directory\n",
    )


def test_a_report_beyond_all_measure(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LARGEST", 10)
    report = tmp_path / "report"
    report.write_text(" " * 11, encoding="utf-8")
    assert "it has more than 10 bytes" in command("gate", str(report)).err
