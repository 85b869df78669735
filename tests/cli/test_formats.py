"""Every format through the command, several in one run."""

from __future__ import annotations

import json
from pathlib import Path

from opencode_policy.report.registry import CHECK_FORMATS
from tests.cli.conftest import Command, Engine

BEGINNINGS = {
    "text": "error[claim-mismatch]",
    "json": "{",
    "sarif": "{",
    "junit": "<?xml ",
    "github": "::error ",
    "gitlab-code-quality": "[",
    "rdjson": "{",
    "markdown": "### ",
    "html": "<!doctype html>",
}


def test_all_of_them_in_one_run(command: Command, engine: Engine, tmp_path: Path) -> None:
    assert set(BEGINNINGS) == set(CHECK_FORMATS)
    wanted = [f"--output-format={name}={tmp_path / name}" for name in BEGINNINGS]
    done = command("check", *wanted)
    assert (done.code, done.out, done.err) == (1, "", "")
    for name, beginning in BEGINNINGS.items():
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning), name


def test_sarif_options(command: Command, engine: Engine) -> None:
    asked = ("--output-format", "sarif", "--sarif-profile", "azure", "--sarif-category", "nightly")
    [run] = json.loads(command("check", *asked).out)["runs"]
    assert run["automationDetails"] == {"id": "nightly/"}
    assert [len(item["suppressions"]) for item in run["results"]] == [0, 1]
