"""What is said of the checkout, and what never is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from opencode_policy.checkout import Checkout
from opencode_policy.cli.checkout import checkout, line

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    run(tmp_path, "init", "--quiet", "--initial-branch=main")
    run(tmp_path, "commit", "--quiet", "--allow-empty", "--message=one")
    return tmp_path


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://git.example.org/team/cluster.git", "https://git.example.org/team/cluster"),
        ("https://me:" + "pass" + "@git.example.org/cluster", "https://git.example.org/cluster"),
        ("https://me:p@" + "ss@git.example.org/cluster", "https://git.example.org/cluster"),
        ("git@git.example.org:team/cluster.git", "ssh://git.example.org/team/cluster"),
        ("ssh://git@git.example.org:2222/cluster", "ssh://git.example.org:2222/cluster"),
    ],
)
def test_the_address_without_credentials(clone: Path, address: str, said: str) -> None:
    run(clone, "remote", "add", "origin", address)
    assert checkout(clone) == Checkout(said, run(clone, "rev-parse", "HEAD"), "main")


@pytest.mark.parametrize("address", ["/srv/git/cluster.git", "../cluster", "file:///srv/git/cluster.git"])
def test_a_path_of_the_machine_is_no_address(clone: Path, address: str) -> None:
    run(clone, "remote", "add", "origin", address)
    assert checkout(clone) is None


def test_a_detached_head_has_no_branch(clone: Path) -> None:
    run(clone, "remote", "add", "origin", "https://git.example.org/cluster")
    run(clone, "checkout", "--quiet", "--detach")
    found = checkout(clone)
    assert found is not None
    assert found.branch == ""


def test_nothing_is_said_outside_of_a_repository(tmp_path: Path) -> None:
    assert checkout(tmp_path) is None


def test_nothing_is_said_before_the_first_commit(tmp_path: Path) -> None:
    run(tmp_path, "init", "--quiet")
    run(tmp_path, "remote", "add", "origin", "https://git.example.org/cluster")
    assert checkout(tmp_path) is None


def test_what_git_refuses_is_nothing(clone: Path) -> None:
    assert line(clone, "rev-parse", "--verify", "nowhere") == ""


def test_a_machine_without_git(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clone / "nothing"))
    assert checkout(clone) is None
