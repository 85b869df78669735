"""The lock: what may fail a check, and what an upgrade changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from opencode_policy.policy.schema import json_schema
from opencode_policy.rules import table
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.catalogue import catalogue
from opencode_policy.rules.table import load_rules
from tests.cli.conftest import Command

LOCK = "policies/lock.yaml"


def checked(command: Command, *more: str, code: int) -> Any:
    done = command("check", "kubernetes", "--output-format", "json", *more)
    assert (done.code, done.err) == (code, "")
    return json.loads(done.out)


def spared(report: Any) -> list[tuple[str, str, str | None]]:
    return [(item["rule"], item["severity"], item["spared"]) for item in report["findings"]]


def lock(root: Path, *rules: str) -> None:
    text = 'version: 1\ntool: "0.0.1"\nrules: {' + ", ".join(rules) + "}\n"
    (root / LOCK).write_text(text, encoding="utf-8")


def test_without_a_lock_every_rule_is_in_force(command: Command, repository: Path) -> None:
    assert spared(checked(command, code=1)) == [("claim-mismatch", "error", None)]


def test_a_rule_of_the_lock_is_in_force(command: Command, repository: Path) -> None:
    lock(repository, "claim-mismatch: {severity: error}")
    assert spared(checked(command, code=1)) == [("claim-mismatch", "error", None)]


def test_a_rule_that_is_not_in_it_warns_and_fails_nothing(
    command: Command,
    repository: Path,
) -> None:
    lock(repository)
    report = checked(command, code=0)
    assert spared(report) == [("claim-mismatch", "error", "its rule is not in the lock")]
    assert report["requirements"][0]["status"] == "violated"
    text = command("check", "kubernetes")
    assert text.code == 0
    assert text.out.startswith("error[claim-mismatch] SEC-04 (its rule is not in the lock): the claim")


@pytest.mark.parametrize(
    ("today", "code", "said"),
    [
        ("2026-12-31", 0, "its rule is in force from 2027-01-01"),
        ("2027-01-01", 1, None),
    ],
)
def test_a_rule_comes_into_force_on_its_day(
    command: Command,
    repository: Path,
    today: str,
    code: int,
    said: str | None,
) -> None:
    lock(repository, 'claim-mismatch: {severity: error, effective_from: "2027-01-01"}')
    assert spared(checked(command, "--today", today, code=code)) == [("claim-mismatch", "error", said)]


def test_the_severity_of_the_lock_holds_unless_the_policy_gives_one(
    command: Command,
    repository: Path,
) -> None:
    lock(repository, "claim-mismatch: {severity: info}")
    assert spared(checked(command, code=0)) == [("claim-mismatch", "info", None)]
    policy = repository / "policies/opencode.yaml"
    text = policy.read_text("utf-8").replace(
        "  claim-mismatch:\n", "  claim-mismatch:\n    severity: warning\n"
    )
    policy.write_text(text, encoding="utf-8")
    assert spared(checked(command, code=1)) == [("claim-mismatch", "warning", None)]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            ["claim-mismach: {severity: error}"],
            "the lock cannot be used: there is no rule 'claim-mismach'; did you mean 'claim-mismatch'?; "
            "see `opencode-policy upgrade`",
        ),
        (["claim-mismatch: {severity: grave}"], "policies/lock.yaml:3:36: rules.claim-mismatch.severity: "),
        (["claim-mismatch: {}"], "rules.claim-mismatch"),
        (
            ["claim-mismatch: {severity: error, effective_from: soon}"],
            "effective_from: expected a day of the calendar, YYYY-MM-DD",
        ),
    ],
)
def test_a_lock_that_cannot_be_used(
    command: Command,
    repository: Path,
    rules: list[str],
    message: str,
) -> None:
    lock(repository, *rules)
    done = command("check", "kubernetes")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


@pytest.mark.parametrize("text", ["", "version: 2\ntool: x\nrules: {}\n", "version: 1\n", "a: [", "[]"])
def test_a_broken_lock(command: Command, repository: Path, text: str) -> None:
    (repository / LOCK).write_text(text, encoding="utf-8")
    for argv in (("check", "kubernetes"), ("upgrade", "--write")):
        done = command(*argv)
        assert (done.code, done.out) == (2, "")
        assert "policies/lock.yaml" in done.err
    assert (repository / LOCK).read_text("utf-8") == text


class RuleOfTomorrow(Rule):
    """Something is not as a later release wants it."""

    requirements = ("NEW-01",)
    why = "A later release knows more."
    fix = "Do as it says."
    good = (Example("good", ""),)
    bad = (Example("bad", ""),)


class TestUpgrade:
    """A release with one rule more, one less, and one graver."""

    def newer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = {**load_rules(), RuleOfTomorrow.id: RuleOfTomorrow}
        monkeypatch.setattr(table, "load_rules", lambda: rules)
        monkeypatch.setattr("opencode_policy.preparation.load_rules", lambda: rules)

    def test_without_the_lock_the_new_rule_stops_the_check(
        self,
        command: Command,
        repository: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.newer(monkeypatch)
        done = command("check", "kubernetes")
        assert done.code == 2
        assert "the rule 'rule-of-tomorrow' decides no requirement of this policy" in done.err

    def test_with_it_the_check_ends_as_before_and_says_what_waits(
        self,
        command: Command,
        repository: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert command("upgrade", "--write").code == 0
        before = checked(command, code=1)
        self.newer(monkeypatch)
        after = checked(command, code=1)
        assert after["findings"] == before["findings"]
        waiting = [item["reason"] for item in after["not_checked"] if item["rule"] == "rule-of-tomorrow"]
        assert waiting == ["the rule rule-of-tomorrow is new and the policy has nothing for it"]

    def test_upgrade_shows_what_would_change(
        self,
        command: Command,
        repository: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        command("upgrade", "--write")
        path = repository / LOCK
        text = path.read_text("utf-8").replace(
            "  claim-mismatch: {severity: error}",
            "  claim-mismatch: {severity: info}\n  old-rule: {severity: info}",
        )
        path.write_text(text, encoding="utf-8")
        self.newer(monkeypatch)
        assert command("upgrade").out.splitlines() == [
            "changed  claim-mismatch: info becomes error",
            "gone     old-rule",
            "new      rule-of-tomorrow (error): Something is not as a later release wants it.; "
            "the policy has nothing for it yet",
        ]
        assert path.read_text("utf-8") == text

    def test_new_rules_come_into_force_on_the_day_that_is_given(
        self,
        command: Command,
        repository: Path,
    ) -> None:
        command("upgrade", "--write")
        path = repository / LOCK
        whole = path.read_text("utf-8")
        path.write_text(whole.replace("  claim-mismatch: {severity: error}\n", ""), encoding="utf-8")
        done = command("upgrade", "--write", "--effective-from", "2027-01-31")
        assert done.code == 0
        assert done.out.splitlines()[-1] == f"written: {path}"
        line = '  claim-mismatch: {severity: error, effective_from: "2027-01-31"}'
        assert line in path.read_text("utf-8").splitlines()
        assert command("upgrade").out == "nothing changes\n"

    def test_the_first_lock_holds_every_rule_and_fits_its_schema(
        self,
        command: Command,
        repository: Path,
    ) -> None:
        assert command("upgrade").out.startswith("no lock: every one of ")
        command("upgrade", "--write")
        text = (repository / LOCK).read_text("utf-8")
        value = yaml.safe_load(text)
        assert list(value["rules"]) == list(catalogue(load_rules()))
        assert list(Draft202012Validator(json_schema("lock")).iter_errors(value)) == []
        assert "\n# yaml-language-server: $schema=./schema/lock.schema.json\n" in text
