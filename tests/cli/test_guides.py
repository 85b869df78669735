"""docs/ speaks of what there is: formats, profiles, inputs of the action, hooks, commands."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from opencode_policy.cli.commands import SUMMARIES
from opencode_policy.policy.model import PolicyFile
from opencode_policy.report.profiles import PROFILES
from opencode_policy.report.registry import CHECK_FORMATS
from opencode_policy.rules.stages import STAGE_RULES

ROOT = Path(__file__).resolve().parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(page: str, head: str) -> list[str]:
    """First words of the rows of the table under a head."""
    _, _, rest = page.partition(f"| {head} |")
    rows = rest.split("\n\n")[0].splitlines()[2:]
    return [re.findall(r"`([^`]+)`", row)[0] for row in rows]


def test_every_format_and_every_profile() -> None:
    page = text("docs/reports.md")
    assert first_cells(page, "format") == list(CHECK_FORMATS)
    assert first_cells(page, "profile") == list(PROFILES)


def test_every_input_of_the_action() -> None:
    inputs = yaml.safe_load(text("action.yml"))["inputs"]
    assert first_cells(text("docs/ci.md"), "input") == list(inputs)


def test_every_hook() -> None:
    hooks = [hook["id"] for hook in yaml.safe_load(text(".pre-commit-hooks.yaml"))]
    assert re.findall(r"- id: (\S+)", text("docs/ci.md")) == hooks


def test_every_command_that_users_need_stands_in_the_readme() -> None:
    page = text("README.md")
    assert [name for name in SUMMARIES if f"opencode-policy {name}" not in page] == ["schemas"]


def test_the_exceptions_that_are_described_exist() -> None:
    page = text("docs/exceptions.md")
    for name in re.findall(r"\((exemption-\w+|baseline-\w+)", page.replace("`", "")):
        assert name in STAGE_RULES
    assert "exemption_notice_days" in page
    assert PolicyFile.__doc__
