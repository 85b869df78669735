"""check --changed-since: what a change did, in a real repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opencode_policy.cli.since import _hunks, changed_lines
from tests.cli.conftest import Command
from tests.cli.repository import CLAIM, CLAIM_PATH, write_repository
from tests.cli.test_checkout import run


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose only commit asks for 10Gi where 5Gi are required."""
    root = tmp_path / "clone"
    root.mkdir()
    write_repository(root)
    (root / ".git").rmdir()
    run(root, "init", "--quiet", "--initial-branch=main")
    commit(root, "one")
    monkeypatch.chdir(root)
    return root


def commit(root: Path, message: str) -> None:
    run(root, "add", "--all")
    run(root, "commit", "--quiet", f"--message={message}")


def claim(root: Path, size: str, lead: str = "") -> None:
    (root / CLAIM_PATH).write_text(lead + CLAIM.format(size=size), encoding="utf-8")


def checked(command: Command, *more: str, code: int) -> Any:
    done = command("check", "kubernetes", "--changed-since", "HEAD", "--output-format", "json", *more)
    assert (done.code, done.err) == (code, "")
    return json.loads(done.out)


def test_an_old_finding_does_not_decide(command: Command, clone: Path) -> None:
    report = checked(command, code=0)
    assert [item["spared"] for item in report["findings"]] == ["not caused by this change"]
    assert report["change"] == {"revision": "HEAD", "broken": [], "repaired": []}
    assert report["requirements"][0]["status"] == "violated"


def test_it_does_when_its_line_is_touched(command: Command, clone: Path) -> None:
    claim(clone, "12Gi")
    report = checked(command, code=1)
    assert [item["spared"] for item in report["findings"]] == [None]


def test_lines_that_moved_are_the_same_finding(command: Command, clone: Path) -> None:
    claim(clone, "10Gi", lead="# A comment.\n")
    assert [item["location"]["line"] for item in checked(command, code=0)["findings"]] == [12]


def test_what_a_change_breaks_and_repairs(command: Command, clone: Path) -> None:
    claim(clone, "5Gi")
    assert checked(command, code=0)["change"] == {"revision": "HEAD", "broken": [], "repaired": ["SEC-04"]}
    commit(clone, "two")
    claim(clone, "6Gi")
    report = checked(command, code=1)
    assert report["change"] == {"revision": "HEAD", "broken": ["SEC-04"], "repaired": []}
    text = command("check", "kubernetes", "--changed-since", "HEAD").out
    assert "Change since HEAD\n  breaks   SEC-04\n  repairs  nothing\n" in text


def test_a_line_elsewhere_may_cause_a_finding(command: Command, clone: Path) -> None:
    claim(clone, "5Gi")
    commit(clone, "two")
    policy = clone / "policies/opencode.yaml"
    policy.write_text(policy.read_text("utf-8").replace("size: 5Gi", "size: 7Gi"), encoding="utf-8")
    report = checked(command, code=1)
    assert [(item["message"], item["spared"]) for item in report["findings"]] == [
        ("the claim asks for 5Gi instead of 7Gi", None)
    ]


def test_a_finding_in_a_new_file_decides(command: Command, clone: Path) -> None:
    (clone / "kubernetes/broken.yaml").write_text("a: [\n", encoding="utf-8")
    report = checked(command, code=1)
    assert {item["rule"] for item in report["findings"] if item["spared"] is None} == {"yaml-syntax"}


def test_the_base_is_where_the_histories_parted(command: Command, clone: Path) -> None:
    run(clone, "checkout", "--quiet", "-b", "feature")
    run(clone, "checkout", "--quiet", "main")
    claim(clone, "5Gi")
    commit(clone, "mended on main")
    run(clone, "checkout", "--quiet", "feature")
    done = command("check", "kubernetes", "--changed-since", "main", "--output-format", "json")
    assert done.code == 0
    assert json.loads(done.out)["change"]["broken"] == []


def test_a_policy_that_could_not_be_used_before(command: Command, clone: Path) -> None:
    policy = clone / "policies/opencode.yaml"
    good = policy.read_text("utf-8")
    policy.write_text("version: 1\n", encoding="utf-8")
    commit(clone, "broken policy")
    policy.write_text(good, encoding="utf-8")
    report = checked(command, code=1)
    assert "nothing is known of the state before: the policy cannot be used" in [
        item["reason"] for item in report["not_checked"]
    ]


@pytest.mark.parametrize("name", ["nowhere", "--output=x", ""])
def test_a_revision_that_does_not_exist(command: Command, clone: Path, name: str) -> None:
    done = command("check", "kubernetes", f"--changed-since={name}")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"opencode-policy: --changed-since {name}: there is no such revision; a shallow clone may lack it\n"
    )
    assert not (clone / "x").exists()


def test_staged_changes_are_those_of_the_index(command: Command, clone: Path) -> None:
    claim(clone, "12Gi")
    run(clone, "add", "--all")
    claim(clone, "5Gi")
    report = checked(command, "--staged", code=1)
    assert [(item["message"], item["spared"]) for item in report["findings"]] == [
        ("the claim asks for 12Gi instead of 5Gi", None)
    ]


def test_outside_of_a_repository(command: Command, repository: Path) -> None:
    done = command("check", "kubernetes", "--changed-since", "HEAD")
    assert done.code == 2
    assert done.err.startswith("opencode-policy: --changed-since HEAD: ")


def test_the_checkout_is_left_alone(command: Command, clone: Path) -> None:
    claim(clone, "5Gi")
    before = run(clone, "status", "--porcelain"), (clone / ".git/index").read_bytes()
    checked(command, code=0)
    assert (run(clone, "status", "--porcelain"), (clone / ".git/index").read_bytes()) == before


def test_changed_lines(clone: Path) -> None:
    (clone / "ä b.yaml").write_text("1\n2\n3\n4\n", encoding="utf-8")
    (clone / 'q"\t.yaml').write_text("1\n", encoding="utf-8")
    commit(clone, "two")
    (clone / "ä b.yaml").write_text("1\nnew\nnew\n3\n", encoding="utf-8")
    (clone / 'q"\t.yaml').write_text("1\n++ x\n", encoding="utf-8")
    (clone / "new.yaml").write_text("1\n", encoding="utf-8")
    found = changed_lines(clone, "HEAD")
    assert {name: [number for number in range(9) if number in lines] for name, lines in found.items()} == {
        "ä b.yaml": [2, 3],
        'q"\t.yaml': [2],
        "new.yaml": [1, 2, 3, 4, 5, 6, 7, 8],
    }


def test_added_text_that_looks_like_a_header_is_text() -> None:
    diff = b"--- a.yaml\n+++ a.yaml\n@@ -1,0 +2,2 @@\n+++ b.yaml\n+x\n@@ -9 +11 @@\n-y\n+z\n"
    assert _hunks(diff) == {"a.yaml": [2, 3, 11]}
