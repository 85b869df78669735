"""init-workspace.sh: the optional pull (AUTO-01), which may never cost a boot or anybody's work."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from .githost import GitHost
from .repository import IDENTITY, Upstream, git
from .secrets_for_tests import make_token
from .volume import Volume


@pytest.fixture
def booted(volume: Volume, upstream: Upstream) -> Volume:
    """A volume after its first boot, one commit behind the server."""
    assert volume.boot().returncode == 0
    upstream.commit(README="third\n")
    return volume


def pull(volume: Volume, **changes: str | None) -> str:
    """Boots with the pull on; the boot must succeed. Gives standard error."""
    result = volume.boot(WORKSPACE_PULL="true", **changes)
    assert result.returncode == 0, result.stderr
    assert not list((volume.root / "tmp").iterdir()), "no scratch repository is left behind"
    return result.stderr


def mine(volume: Volume, message: str) -> str:
    """Commits everything in the clone as the user would; gives the commit."""
    git(volume.clone, "add", "-A")
    git(volume.clone, "commit", "-q", "-m", message)
    return git(volume.clone, "rev-parse", "HEAD")


@pytest.mark.parametrize("value", [None, "false", ""])
def test_off_means_no_network(booted: Volume, host: GitHost, value: str | None) -> None:
    before, requests = booted.files(), len(host.log)
    result = booted.boot(WORKSPACE_PULL=value)
    assert (result.returncode, result.stderr) == (0, "")
    assert (booted.files(), len(host.log)) == (before, requests)


def test_clone_that_is_behind_moves_forward(booted: Volume, host: GitHost, upstream: Upstream) -> None:
    assert pull(booted) == ""
    booted.assert_whole(upstream.head)
    assert (booted.clone / "README").read_text() == "third\n"
    assert git(booted.clone, "rev-parse", "origin/main") == upstream.head
    assert git(booted.clone, "symbolic-ref", "--short", "HEAD") == "main"
    assert host.pushes == []


def test_clone_that_is_current_stays_as_it_is(volume: Volume, upstream: Upstream) -> None:
    assert volume.boot().returncode == 0
    assert pull(volume) == ""
    volume.assert_whole(upstream.head)


def test_uncommitted_change_is_left_alone(booted: Volume) -> None:
    (booted.clone / "README").write_text("work in progress\n")
    before = booted.files()
    assert "uncommitted changes" in pull(booted)
    assert booted.files() == before


def test_staged_change_is_left_alone(booted: Volume) -> None:
    (booted.clone / "new").write_text("staged\n")
    git(booted.clone, "add", "new")
    before = booted.files()
    assert "uncommitted changes" in pull(booted)
    assert booted.files() == before


def test_untracked_file_stays_beside_the_pulled_ones(booted: Volume, upstream: Upstream) -> None:
    (booted.clone / "notes").write_text("mine\n")
    assert pull(booted) == ""
    assert git(booted.clone, "rev-parse", "HEAD") == upstream.head
    assert (booted.clone / "notes").read_text() == "mine\n"


def test_untracked_file_in_the_way_is_not_overwritten(booted: Volume, upstream: Upstream) -> None:
    (booted.clone / "notes").write_text("mine\n")
    head = git(booted.clone, "rev-parse", "HEAD")
    upstream.commit(notes="theirs\n")
    assert "in the way" in pull(booted)
    assert (booted.clone / "notes").read_text() == "mine\n"
    assert git(booted.clone, "rev-parse", "HEAD") == head


def test_unpushed_commit_on_top_is_kept_and_not_pushed(
    volume: Volume, host: GitHost, upstream: Upstream
) -> None:
    assert volume.boot().returncode == 0
    (volume.clone / "notes").write_text("mine\n")
    head = mine(volume, "mine")
    theirs = upstream.head
    assert pull(volume) == ""
    assert git(volume.clone, "rev-parse", "HEAD") == head
    assert upstream.head == theirs
    assert host.pushes == []


def test_diverged_clone_is_left_alone(booted: Volume, host: GitHost, upstream: Upstream) -> None:
    (booted.clone / "notes").write_text("mine\n")
    head = mine(booted, "mine")
    assert "gone its own way" in pull(booted)
    assert git(booted.clone, "rev-parse", "HEAD") == head
    assert git(booted.clone, "status", "--porcelain") == ""
    assert host.pushes == []


def test_detached_head_is_left_alone(booted: Volume) -> None:
    git(booted.clone, "checkout", "-q", "--detach")
    before = booted.files()
    assert "no branch is checked out" in pull(booted)
    assert booted.files() == before


def test_branch_that_the_server_does_not_have_is_left_alone(booted: Volume) -> None:
    git(booted.clone, "checkout", "-q", "-b", "mine")
    head = git(booted.clone, "rev-parse", "HEAD")
    assert "no pull this time" in pull(booted)
    assert git(booted.clone, "rev-parse", "HEAD") == head


def test_merge_in_progress_is_left_alone(booted: Volume) -> None:
    git(booted.clone, "checkout", "-q", "-b", "side")
    (booted.clone / "notes").write_text("side\n")
    mine(booted, "side")
    git(booted.clone, "checkout", "-q", "main")
    git(booted.clone, "merge", "-q", "--no-commit", "--no-ff", "side")
    before = booted.files()
    assert "no pull this time" in pull(booted)
    assert booted.files() == before


def test_other_origin_is_left_alone(booted: Volume, host: GitHost) -> None:
    git(booted.clone, "remote", "set-url", "origin", host.url("other.git"))
    before, requests = booted.files(), len(host.log)
    assert "origin is not REPO_URL" in pull(booted)
    assert (booted.files(), len(host.log)) == (before, requests)


def test_server_that_does_not_answer_costs_little_time(booted: Volume, host: GitHost) -> None:
    host.hang = True
    before = booted.files()
    start = time.monotonic()
    assert "no answer within 1 seconds" in pull(booted, PULL_TIMEOUT="1")
    assert time.monotonic() - start < 4
    assert booted.files() == before


def test_server_that_breaks_off_does_no_harm(booted: Volume, host: GitHost, upstream: Upstream) -> None:
    upstream.commit(README=os.urandom(200_000).hex())
    host.cut_after = 100_000
    before = booted.files()
    assert "no pull this time" in pull(booted)
    assert booted.files() == before


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"GITHUB_TOKEN": None}, "not set: GITHUB_TOKEN"),
        ({"PULL_TIMEOUT": "soon"}, "PULL_TIMEOUT must be"),
        ({"TMPDIR": "/nonexistent"}, "no pull this time"),
    ],
)
def test_what_is_missing_costs_the_pull_and_not_the_boot(
    booted: Volume, changes: dict[str, str | None], complaint: str
) -> None:
    before = booted.files()
    assert complaint in pull(booted, **changes)
    assert booted.files() == before


def test_unknown_value_is_reported(booted: Volume) -> None:
    before = booted.files()
    result = booted.boot(WORKSPACE_PULL="yes")
    assert result.returncode == 0
    assert "WORKSPACE_PULL must be true or false" in result.stderr
    assert booted.files() == before


def test_wrong_token_costs_the_pull_and_not_the_boot(booted: Volume) -> None:
    before = booted.files()
    assert "no pull this time" in pull(booted, GITHUB_TOKEN=make_token())
    assert booted.files() == before


def test_pull_leaves_no_process_behind(booted: Volume, upstream: Upstream) -> None:
    """Git's housekeeping would detach itself and hold on to the volume."""
    git(booted.clone, "config", "gc.auto", "1")
    git(booted.clone, "config", "gc.autoDetach", "true")
    assert pull(booted) == ""
    assert not (booted.clone / ".git" / "gc.pid").exists()
    assert str(booted.clone) not in running_commands()


def running_commands() -> str:
    texts = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            texts.append(path.read_text(errors="replace"))
        except OSError:
            continue  # it has ended meanwhile
    return "\n".join(texts)


def test_user_identity_is_not_needed(booted: Volume) -> None:
    assert not set(IDENTITY) & set(booted.environment())
    assert pull(booted) == ""
