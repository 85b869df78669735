from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from opencode_policy.cli.clock import today
from opencode_policy.cli.session import marker_of
from opencode_policy.finding import Severity
from opencode_policy.policy.mistakes import Mistake, PolicyError
from opencode_policy.preparation import UsageError
from opencode_policy.waiving.order import Terms
from tests.cli.conftest import Command, Engine
from tests.cli.repository import CLAIM, CLAIM_PATH
from tests.report import samples


def only(severity: Severity) -> Engine:
    """An engine that finds one problem of this severity."""
    return Engine(samples.result([replace(samples.claim_finding(), severity=severity)]), {})


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("error", "error", 1),
        ("error", "warning", 1),
        ("error", "info", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("warning", "info", 1),
        ("info", "error", 0),
        ("info", "warning", 0),
        ("info", "info", 1),
    ],
)
def test_fail_on(command: Command, engine: Engine, severity: Severity, fail_on: str, code: int) -> None:
    engine.result = only(severity).result
    assert command("check", "--fail-on", fail_on).code == code


def test_warnings_fail_by_default_and_notes_do_not(command: Command, engine: Engine) -> None:
    engine.result = only("warning").result
    assert command("check").code == 1
    engine.result = only("info").result
    assert command("check").code == 0


def test_suppressed_findings_do_not_fail(command: Command, engine: Engine) -> None:
    engine.result = samples.result([samples.waived_finding()])
    assert command("check", "--fail-on", "info").code == 0


def test_exit_zero_spares_findings_but_not_failures(command: Command, engine: Engine) -> None:
    assert command("check", "--exit-zero").code == 0
    engine.result = samples.result(failed=True)
    assert command("check", "--exit-zero").code == 3


def test_a_rule_that_failed_is_blamed_whatever_the_format(command: Command, engine: Engine) -> None:
    engine.result = samples.result([], failed=True)
    for name in ("text", "json", "sarif"):
        done = command("check", "--output-format", name)
        assert done.code == 3
        assert done.out
        assert done.err == (
            "opencode-policy: the rule shell-tracing failed on demo: KeyError at rule.py:3\n"
            "This is a bug of the rule and not of what it checks; please report it.\n"
        )


def test_what_the_engine_is_asked(command: Command, engine: Engine) -> None:
    command(
        *[
            "check",
            "a",
            "--rule",
            "x",
            "b",
            "--rule",
            "y",
            "--requirement",
            "R-01",
            "--policy",
            "p",
            "--schema-dir",
            "s",
            "--today",
            "2026-12-01",
            "--",
            "-c",
        ]
    )
    assert engine.asked == {
        "paths": [Path("a"), Path("b"), Path("-c")],
        "policy_directory": Path("p"),
        "rules": ["x", "y"],
        "requirements": ["R-01"],
        "schema_folders": [Path("s")],
        "terms": Terms(date(2026, 12, 1)),
        "staged": False,
        "mark": marker_of,
        "supplement": None,
    }


def test_what_the_engine_is_asked_by_default(command: Command, engine: Engine) -> None:
    command("check")
    assert engine.asked == {
        "paths": [Path()],
        "policy_directory": None,
        "rules": None,
        "requirements": None,
        "schema_folders": [],
        "terms": Terms(today()),
        "staged": False,
        "mark": marker_of,
        "supplement": None,
    }


def test_what_the_engine_refuses(command: Command, engine: Engine) -> None:
    engine.error = UsageError("there is no rule 'x'")
    done = command("check", "--exit-zero")
    assert (done.code, done.out, done.err) == (2, "", "opencode-policy: there is no rule 'x'\n")
    engine.error = PolicyError([Mistake("policies/a.yaml", "first"), Mistake("policies/b.yaml", "second")])
    assert command("check").err == (
        "opencode-policy: the policy cannot be used\npolicies/a.yaml: first\npolicies/b.yaml: second\n"
    )


def test_several_reports_in_one_run(command: Command, engine: Engine, tmp_path: Path) -> None:
    sarif, report = tmp_path / "a.sarif", tmp_path / "a.json"
    done = command("check", "--output", f"sarif={sarif}", "--output", f"json={report}")
    assert done.code == 1
    assert done.out.startswith("error[claim-mismatch]")
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert json.loads(report.read_text())["version"] == 1


def test_an_unwritable_report_is_refused_before_the_run(command: Command, engine: Engine) -> None:
    done = command("check", "--output", "json=no/such/folder/a.json")
    assert done.code == 2
    assert "there is no folder 'no/such/folder'" in done.err
    assert engine.asked == {}


def test_show(command: Command, engine: Engine) -> None:
    assert "Satisfied" not in command("check").out
    done = command("check", "--show", "satisfied", "--show", "suppressed")
    assert "Satisfied\n" in done.out
    assert "Suppressed\n" in done.out


def test_colour_goes_where_it_is_wanted(
    command: Command, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "\x1b" not in command("check").out
    assert "\x1b" in command("check", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in command("check").out
    assert "\x1b" not in command("check", "--color", "never").out
    assert "\x1b" not in command("check", "--output-format", "json", "--color", "always").out
    command("check", "--output", str(tmp_path / "a"))
    assert "\x1b" not in (tmp_path / "a").read_text()
    command("check", "--output", str(tmp_path / "a"), "--color", "always")
    assert "\x1b" in (tmp_path / "a").read_text()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in command("check").out


def test_the_width_is_that_of_the_terminal(
    command: Command, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    notes = command("check").out.partition("Not checked\n")[2].partition("\n\n")[0]
    assert 50 < max(map(len, notes.splitlines())) <= 60


class TestARealRepository:
    def test_a_violated_requirement(self, command: Command, repository: Path) -> None:
        done = command("check", "kubernetes")
        assert (done.code, done.err) == (1, "")
        assert done.out.startswith(
            "error[claim-mismatch] SEC-04: the claim asks for 10Gi instead of 5Gi\n"
            f"  --> {CLAIM_PATH}:11:16\n"
            "   |\n"
            "11 |       storage: 10Gi\n"
            "   |                ^^^^\n"
        )
        assert "Requirements: 0 satisfied, 1 violated, 0 not applicable, 0 not checked\n" in done.out

    def test_a_satisfied_requirement(self, command: Command, repository: Path) -> None:
        (repository / CLAIM_PATH).write_text(CLAIM.format(size="5Gi"))
        done = command("check", "kubernetes", "--show", "satisfied", "--fail-on", "info")
        assert (done.code, done.err) == (0, "")
        assert f"{CLAIM_PATH}:11:16 demo asks for 5Gi of block, ReadWriteOnce" in done.out
        assert "Requirements: 1 satisfied, 0 violated" in done.out

    def test_machines_get_the_same(self, command: Command, repository: Path) -> None:
        report = json.loads(command("check", "kubernetes", "--output-format", "json").out)
        log = json.loads(command("check", "kubernetes", "--output-format", "sarif").out)
        [finding] = report["findings"]
        [result] = log["runs"][0]["results"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (finding["rule"], finding["location"]["line"]) == (result["ruleId"], region["startLine"])
        assert [item["status"] for item in report["requirements"]] == ["violated"]

    @pytest.mark.parametrize(
        ("argv", "message"),
        [
            (["kubernets"], "there is no file or folder 'kubernets'; did you mean 'kubernetes'?"),
            (["kubernetes", "--rule", "claim-mismach"], "did you mean 'claim-mismatch'?"),
            (["kubernetes", "--requirement", "SEC-4"], "did you mean 'SEC-04'?"),
            (["kubernetes", "--policy", "nowhere"], "there is no such folder of policy files"),
        ],
    )
    def test_what_does_not_exist(
        self, command: Command, repository: Path, argv: list[str], message: str
    ) -> None:
        done = command("check", *argv)
        assert (done.code, done.out) == (2, "")
        assert message in done.err
