"""The action, the workflow and the templates: before the checkers of their platforms, and run for real."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.repository import write_repository
from tests.programs import program

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / ".github/workflows/policy.yaml"
ACTIONLINT = program("actionlint")
SCRIPTS = Path(sys.executable).parent
HERE = {**os.environ, "PYTHONPATH": str(ROOT)}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("persona", ["regular", "pedantic", "auditor"])
def test_zizmor_finds_nothing(persona: str) -> None:
    done = run(
        SCRIPTS / "zizmor",
        "--color",
        "never",
        "--offline",
        "--no-progress",
        "--persona",
        persona,
        ACTION,
        WORKFLOW,
    )
    assert (done.returncode, done.stdout.strip()[:28]) == (0, "No findings to report. Good "), done.stdout


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    spoilt = tmp_path / "action.yml"
    text = ACTION.read_text("utf-8").replace('"$TOOL" gate', "${{ inputs.policy }} gate")
    spoilt.write_text(text, encoding="utf-8")
    done = run(SCRIPTS / "zizmor", "--color", "never", "--offline", "--no-progress", spoilt)
    assert "template-injection" in done.stdout


@pytest.mark.skipif(ACTIONLINT is None, reason="tests/install-programs has not installed actionlint")
def test_actionlint_finds_nothing() -> None:
    done = run(str(ACTIONLINT), WORKFLOW)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("github-workflows", WORKFLOW),
        ("github-actions", ACTION),
        ("gitlab-ci", ROOT / "templates/gitlab-ci.yml"),
        ("azure-pipelines", ROOT / "templates/azure-pipelines.yml"),
    ],
)
def test_each_file_fits_the_schema_of_its_platform(schema: str, path: Path) -> None:
    options = ["--builtin-schema", f"vendor.{schema}"]
    # The schema of Azure has an expression that ECMA's Unicode mode refuses.
    options += ["--regex-variant", "python"] if schema == "azure-pipelines" else []
    done = run(SCRIPTS / "check-jsonschema", *options, path)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_every_action_is_pinned_by_its_commit_and_says_its_release() -> None:
    for path in (ACTION, WORKFLOW):
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line and "uses: ./" not in line:
                assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def scripts(path: Path) -> list[str]:
    """Every script of a file of a platform."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                if key in ("run", "bash", "script", "before_script"):
                    found.extend([item] if isinstance(item, str) else item)
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(yaml.safe_load(path.read_text("utf-8")))
    return found


@pytest.mark.parametrize(
    "path", [ACTION, *sorted((ROOT / "templates").glob("*.yml"))], ids=lambda item: item.name
)
def test_shellcheck_finds_nothing_in_their_scripts(path: Path, tmp_path: Path) -> None:
    texts = scripts(path)
    assert texts
    script = tmp_path / "script.sh"
    for text in texts:
        script.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        done = run(SCRIPTS / "shellcheck", "--exclude=SC2154", script)
        assert done.returncode == 0, done.stdout


class TestAction:
    """Its steps, run as the runner runs them, with the tool of this checkout instead of an installed one."""

    @pytest.fixture
    def workspace(self, tmp_path: Path) -> Path:
        workspace = tmp_path / "work space"
        workspace.mkdir()
        write_repository(workspace)
        return workspace

    def step(self, name: str, workspace: Path, **variables: str) -> tuple[int, str, dict[str, str]]:
        """Run a step; returns its exit code, what it printed, and its outputs."""
        [step] = [
            item
            for item in yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
            if item["name"] == name
        ]
        assert step["shell"] == "bash"
        own = dict.fromkeys(step["env"], "")
        outputs = workspace.parent / "outputs"
        outputs.write_text("", encoding="utf-8")
        summary = workspace.parent / "summary.md"
        files = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=workspace,
            env={**HERE, **own, **files, "TOOL": str(self.tool(workspace.parent)), **variables},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        pairs = (line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
        return done.returncode, done.stdout + done.stderr, dict(pairs)

    def tool(self, folder: Path) -> Path:
        script = folder / "opencode-policy"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m opencode_policy "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        return script

    def check(self, workspace: Path, **more: str) -> tuple[int, str, dict[str, str]]:
        given = {
            "MANIFESTS": "kubernetes\n",
            "SARIF": "a b.sarif",
            "SUMMARY": str(workspace.parent / "made.md"),
        }
        return self.step("Check", workspace, **{**given, **more})

    def test_findings_are_reported_and_only_the_gate_fails(self, workspace: Path) -> None:
        code, said, outputs = self.check(workspace)
        assert code == 0, said
        assert said.startswith("::error file=kubernetes/apps/demo/demo/app/claim.yaml,line=11")
        assert outputs == {"sarif-file": "a b.sarif"}
        assert (workspace.parent / "summary.md").read_text("utf-8").startswith("### opencode-policy\n")
        code, said, outputs = self.step("Gate", workspace, SARIF="a b.sarif", FAIL_ON="warning")
        assert (code, outputs) == (1, {"exit-code": "1"})
        assert said == "Findings: 1 error, 0 warnings, 0 notes\n"

    def test_nothing_found(self, workspace: Path) -> None:
        claim = workspace / "kubernetes/apps/demo/demo/app/claim.yaml"
        claim.write_text(claim.read_text("utf-8").replace("10Gi", "5Gi"), encoding="utf-8")
        assert self.check(workspace)[0] == 0
        code, _, outputs = self.step("Gate", workspace, SARIF="a b.sarif", FAIL_ON="warning")
        assert (code, outputs) == (0, {"exit-code": "0"})

    def test_a_check_that_cannot_run_offers_nothing_to_upload(self, workspace: Path) -> None:
        (workspace / "policies/opencode.yaml").write_text("version: 9\n", encoding="utf-8")
        code, said, outputs = self.check(workspace)
        assert (code, outputs) == (2, {})
        assert "the policy cannot be used" in said

    @pytest.mark.parametrize(
        "path", ["$(touch pwned)", "`touch pwned`", "--output=pwned", "'; touch pwned; '"]
    )
    def test_an_input_is_a_value_and_never_a_command(self, workspace: Path, path: str) -> None:
        code, _, _ = self.check(workspace, MANIFESTS=path)
        assert code == 2
        assert not (workspace / "pwned").exists()
