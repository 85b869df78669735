"""Exemptions of the policy, by the command in a small repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command

GOOD = {
    "rule": "claim-mismatch",
    "resource": "PersistentVolumeClaim demo/demo",
    "reason": "until the move",
    "owner": "storage",
    "until": "2027-01-31",
}


def exempt(root: Path, *exemptions: dict[str, str], notice: int | None = None) -> None:
    """Write exemptions into the policy."""
    policy = root / "policies/opencode.yaml"
    text = policy.read_text("utf-8").partition("exemptions:")[0]
    text += "exemptions:\n" + "".join(f"  - {json.dumps(item)}\n" for item in exemptions)
    policy.write_text(text + (f"exemption_notice_days: {notice}\n" if notice is not None else ""), "utf-8")


def checked(command: Command, today: str, *, code: int) -> Any:
    done = command("check", "kubernetes", "--today", today, "--output-format", "json")
    assert (done.code, done.err) == (code, "")
    return json.loads(done.out)


def rules(report: Any) -> list[tuple[str, str, bool]]:
    return [(item["rule"], item["message"], item["suppressed"] is not None) for item in report["findings"]]


CLAIM = ("claim-mismatch", "the claim asks for 10Gi instead of 5Gi")


def test_without_an_exemption_the_finding_counts(command: Command, repository: Path) -> None:
    assert rules(checked(command, "2026-12-01", code=1)) == [(*CLAIM, False)]


def test_an_exemption_waives_it_and_says_who_and_until_when(
    command: Command,
    repository: Path,
) -> None:
    exempt(repository, GOOD)
    report = checked(command, "2026-12-01", code=0)
    assert rules(report) == [(*CLAIM, True)]
    waiver = report["findings"][0]["suppressed"]
    assert waiver.pop("location")["path"] == "policies/opencode.yaml"
    assert waiver == {
        "reason": "until the move",
        "kind": "exemption",
        "owner": "storage",
        "issue": None,
        "until": "2027-01-31",
    }
    [requirement] = report["requirements"]
    assert requirement["status"] == "not-checked"
    assert requirement["reason"].endswith(": until the move")


@pytest.mark.parametrize(
    ("change", "waived"),
    [
        ({"resource": "PersistentVolumeClaim demo/other"}, False),
        ({"resource": "Deployment demo/demo"}, False),
        ({"path": "kubernetes/apps/demo/demo/app/claim.yaml"}, True),
        ({"path": "kubernetes/apps/demo"}, True),
        ({"path": "kubernetes/apps/dem"}, False),
    ],
)
def test_what_it_covers(
    command: Command,
    repository: Path,
    change: dict[str, str],
    waived: bool,
) -> None:
    exempt(repository, {**GOOD, **change})
    found = rules(checked(command, "2026-12-01", code=0 if waived else 1))
    assert (*CLAIM, waived) in found
    unused = ("exemption-unused", "the exemption waives no finding of 'claim-mismatch'", False)
    assert (unused in found) is not waived


@pytest.mark.parametrize(
    ("today", "said", "code"),
    [
        ("2027-01-16", [], 0),
        ("2027-01-17", ["exemption-expiring"], 0),
        ("2027-01-31", ["exemption-expiring"], 0),
        ("2027-02-01", ["exemption-expired"], 1),
    ],
)
def test_it_ends_with_its_last_day_and_says_so_in_time(
    command: Command,
    repository: Path,
    today: str,
    said: list[str],
    code: int,
) -> None:
    exempt(repository, GOOD)
    found = rules(checked(command, today, code=code))
    assert [rule for rule, _, _ in found if rule != "claim-mismatch"] == said
    assert (*CLAIM, code == 0) in found


def test_how_long_ahead_is_for_the_policy_to_say(command: Command, repository: Path) -> None:
    exempt(repository, GOOD, notice=60)
    found = rules(checked(command, "2026-12-02", code=0))
    assert ("exemption-expiring", "the exemption from 'claim-mismatch' ends with 2027-01-31", False) in found
    assert len(rules(checked(command, "2026-12-01", code=0))) == 1


def test_a_rule_that_may_not_be_waived_stays(command: Command, repository: Path) -> None:
    policy = repository / "policies/opencode.yaml"
    (repository / "kubernetes/twice.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    exempt(repository, GOOD, {**GOOD, "rule": "yaml-duplicate-key", "path": "kubernetes"})
    found = checked(command, "2026-12-01", code=1)["findings"]
    [forbidden] = [item for item in found if item["rule"] == "exemption-forbidden"]
    assert forbidden["message"] == "findings of 'yaml-duplicate-key' cannot be waived"
    line = policy.read_text("utf-8").splitlines()[forbidden["location"]["line"] - 1]
    assert "yaml-duplicate-key" in line
    [twice] = [item for item in found if item["rule"] == "yaml-duplicate-key"]
    assert twice["suppressed"] is None


def test_a_rule_that_does_not_exist(command: Command, repository: Path) -> None:
    exempt(repository, {**GOOD, "rule": "claim-mismach"})
    found = rules(checked(command, "2026-12-01", code=1))
    message = "there is no rule 'claim-mismach'; did you mean 'claim-mismatch'?"
    assert ("exemption-unknown-rule", message, False) in found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"until": "2027-02-30"}, "until: expected a day of the calendar, YYYY-MM-DD"),
        ({"until": "next year"}, "until: expected a day of the calendar, YYYY-MM-DD"),
        ({"until": "20270131"}, "until: expected a day of the calendar, YYYY-MM-DD"),
        ({"until": ""}, "until: expected a day of the calendar, YYYY-MM-DD"),
        ({"until": None}, "until:"),
        ({"reason": " "}, "reason: expected a text that is not empty"),
        ({"reason": None}, "reason:"),
        ({"owner": None}, "exemptions[0]: name an owner or an issue"),
        ({"resource": None}, "exemptions[0]: name a resource or a path"),
        ({"path": "../x"}, "path: expected a path inside the repository"),
    ],
)
def test_one_that_is_not_complete_stops_the_check(
    command: Command,
    repository: Path,
    change: dict[str, str | None],
    message: str,
) -> None:
    made = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    exempt(repository, made)
    done = command("check", "kubernetes", "--today", "2026-12-01")
    assert (done.code, done.out) == (2, "")
    assert "policies/opencode.yaml:" in done.err
    assert message in done.err


def test_a_day_that_does_not_exist_is_refused(command: Command, repository: Path) -> None:
    done = command("check", "--today", "2026-02-30")
    assert done.code == 2
    assert "argument --today: '2026-02-30' is no day of the calendar, YYYY-MM-DD" in done.err
