from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from opencode_policy.cli.schema import KINDS
from opencode_policy.report.json_schema import json_v1_schema
from opencode_policy.rules.catalogue import catalogue
from opencode_policy.rules.table import load_rules
from tests.cli.conftest import Command, Engine
from tests.report import samples


class TestRules:
    def test_every_rule_is_listed(self, command: Command) -> None:
        done = command("rules")
        assert (done.code, done.err) == (0, "")
        first, *lines = done.out.splitlines()
        assert first.split() == ["Rule", "Severity", "Requirements", "Summary"]
        listed = [line.split()[0] for line in lines if not line.startswith(" ")]
        assert listed == sorted(catalogue(load_rules()))

    def test_as_json(self, command: Command) -> None:
        found = json.loads(command("rules", "--output-format", "json").out)
        assert found["version"] == 1
        by_id = {rule["id"]: rule for rule in found["rules"]}
        assert list(by_id) == sorted(catalogue(load_rules()))
        assert by_id["yaml-syntax"] == {
            "id": "yaml-syntax",
            "severity": "error",
            "requirements": ["SEC-02"],
            "summary": "A file is not YAML.",
            "suppressible": False,
        }

    def test_severities_are_coloured(self, command: Command) -> None:
        assert "\x1b[1;31merror\x1b[0m" in command("rules", "--color", "always").out


class TestExplain:
    def test_a_rule(self, command: Command, repository: Path) -> None:
        done = command("explain", "claim-mismatch")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("claim-mismatch (error)\n")
        assert "\nRequirements\n  SEC-04  Claims ask for 5Gi of block storage.\n" in done.out
        assert "\nGood: " in done.out
        assert "\nBad: " in done.out

    def test_a_requirement(self, command: Command, repository: Path) -> None:
        done = command("explain", "SEC-04")
        assert done.code == 0
        assert done.out.startswith(
            "SEC-04\nClaims ask for 5Gi of block storage.\n\n"
            "About\n  milestone    first\n  verified by  static\n\n"
            "Rules\n  claim-mismatch  A workspace's volume claim"
        )

    @pytest.mark.parametrize(("name", "near"), [("claim-mismach", "claim-mismatch"), ("sec-04", "SEC-04")])
    def test_an_unknown_name(self, command: Command, repository: Path, name: str, near: str) -> None:
        done = command("explain", name)
        assert (done.code, done.out) == (2, "")
        assert f"there is no rule or requirement '{name}'; did you mean '{near}'?" in done.err

    def test_a_broken_policy_does_not_hide_the_rules(self, command: Command, repository: Path) -> None:
        (repository / "policies/requirements.yaml").write_text("version: 2\n")
        done = command("explain", "claim-mismatch")
        assert done.code == 0
        assert "\nRequirements\n  SEC-04\n" in done.out
        refused = command("explain", "SEC-04")
        assert refused.code == 2
        first, second, *_ = refused.err.splitlines()
        assert first == "opencode-policy: the policy cannot be used"
        assert second.startswith("policies/requirements.yaml:1:")
        assert command("explain", "claim-mismatch", "--policy", "policies").code == 2


class TestTrace:
    def test_findings_do_not_fail_it(self, command: Command, repository: Path) -> None:
        done = command("trace", "kubernetes")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[0].split()[:2] == ["Requirement", "Status"]
        assert done.out.splitlines()[1].split()[:2] == ["SEC-04", "violated"]

    def test_markdown_to_a_file(self, command: Command, engine: Engine, tmp_path: Path) -> None:
        path = tmp_path / "TRACE.md"
        done = command("trace", "--output-format", "markdown", "--output", str(path))
        assert (done.code, done.out) == (0, "")
        assert path.read_text().startswith("| Requirement | Status |")

    def test_a_failed_rule_fails_it(self, command: Command, engine: Engine) -> None:
        engine.result = samples.result(failed=True)
        done = command("trace")
        assert done.code == 3
        assert "the rule shell-tracing failed on demo" in done.err

    def test_it_writes_no_sarif(self, command: Command, engine: Engine) -> None:
        assert command("trace", "--output-format", "sarif").code == 2


class TestSchema:
    @pytest.mark.parametrize("kind", KINDS)
    def test_each_kind_is_a_schema(self, command: Command, kind: str) -> None:
        done = command("schema", kind)
        assert (done.code, done.err) == (0, "")
        schema = json.loads(done.out)
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def test_json_is_that_of_the_report(self, command: Command) -> None:
        assert json.loads(command("schema", "json").out) == json_v1_schema()

    def test_the_policy_names_its_rules(self, command: Command) -> None:
        assert '"claim-mismatch"' in command("schema", "policy").out

    @pytest.mark.parametrize("argv", [[], ["policy", "--write", "x"]])
    def test_one_of_the_two_must_be_named(self, command: Command, argv: list[str]) -> None:
        done = command("schema", *argv)
        assert done.code == 2
        assert "name one of requirements, policy, cluster, lock, json, or a folder with --write" in done.err

    def test_writing_them(self, command: Command, tmp_path: Path) -> None:
        done = command("schema", "--write", str(tmp_path))
        assert done.code == 0
        written = [f"{tmp_path}/{kind}.schema.json" for kind in ("requirements", "policy", "cluster", "lock")]
        assert done.out.splitlines() == written
        for path, kind in zip(written, ("requirements", "policy", "cluster", "lock"), strict=True):
            assert Path(path).read_text() == command("schema", kind).out

    def test_writing_them_nowhere(self, command: Command, tmp_path: Path) -> None:
        done = command("schema", "--write", str(tmp_path / "no"))
        assert done.code == 2
        assert f"there is no folder '{tmp_path}/no'" in done.err
