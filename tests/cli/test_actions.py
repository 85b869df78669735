"""A run as a step of GitHub Actions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opencode_policy.cli.actions import links
from tests.cli.conftest import Command, Engine

STEP = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://git.example.org",
    "GITHUB_REPOSITORY": "team/cluster",
    "GITHUB_SHA": "a" * 40,
}


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in STEP.items():
        monkeypatch.setenv(name, value)


def test_outside_of_a_workflow_nothing_is_guarded(command: Command, engine: Engine) -> None:
    assert "::" not in command("check").out.replace(":::", "")
    assert links() == ""


def test_the_text_report_is_guarded(command: Command, engine: Engine, step: None) -> None:
    out = command("check").out
    found = re.fullmatch(r"::stop-commands::([0-9a-f]{32})\n(.*)::\1::\n", out, re.DOTALL)
    assert found
    assert found[2].startswith("error[claim-mismatch]")
    assert command("check").out.partition("\n")[0] != out.partition("\n")[0]


def test_reports_for_machines_and_files_are_not(
    command: Command, engine: Engine, step: None, tmp_path: Path
) -> None:
    assert command("check", "--output-format", "json").out.startswith("{")
    command("check", "--output", str(tmp_path / "report"))
    assert (tmp_path / "report").read_text(encoding="utf-8").startswith("error[")


def test_annotations(command: Command, engine: Engine, step: None) -> None:
    out = command("check", "--output-format", "github").out
    assert out.startswith("::error file=apps/demo/claim.yaml,line=9")
    assert out.count("::stop-commands::") == 1


def test_the_summary_links_to_the_commit(command: Command, engine: Engine, step: None) -> None:
    out = command("check", "--output-format", "markdown").out
    assert f"(https://git.example.org/team/cluster/blob/{'a' * 40}/apps/demo/claim.yaml#L9)" in out


@pytest.mark.parametrize("name", [name for name in STEP if name != "GITHUB_ACTIONS"])
def test_no_links_where_anything_is_unknown(name: str, step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert links() == ""


@pytest.mark.parametrize("given", ["javascript:x", "http://git.example.org"])
def test_only_an_encrypted_address_is_linked_to(
    given: str, step: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", given)
    assert links() == ""
