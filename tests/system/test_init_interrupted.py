"""init-workspace.sh: transfers that break off, processes that are killed, and what must never be deleted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .githost import GitHost
from .places import INIT_WORKSPACE
from .repository import Upstream, git
from .volume import Volume, make_volume


def test_transfer_that_breaks_off_is_made_again(volume: Volume, host: GitHost, upstream: Upstream) -> None:
    host.cut_after = 100_000
    broken = volume.boot()
    assert broken.returncode == 1
    assert not volume.clone.exists()
    host.cut_after = 0
    assert volume.boot().returncode == 0
    volume.assert_whole(upstream.head)


@pytest.mark.parametrize("seed", range(10))
def test_kill_at_any_moment_is_repaired_by_the_next_boot(
    volume: Volume, host: GitHost, upstream: Upstream, seed: int
) -> None:
    host.pause = 0.01
    command = [volume.shell.program, str(INIT_WORKSPACE)]
    running = subprocess.Popen(
        command,
        env=volume.environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(random.Random(seed).uniform(0, 0.9))
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    if volume.clone.exists():  # what has the name is whole, whenever the kill came
        volume.assert_whole(upstream.head)
    host.pause = 0
    result = volume.boot()
    assert result.returncode == 0, result.stderr
    volume.assert_whole(upstream.head)


def test_contents_are_on_disk_before_the_clone_gets_its_name(
    tmp_path: Path, volume: Volume, host: GitHost, upstream: Upstream
) -> None:
    if volume.shell.name == "busybox":
        pytest.skip("busybox runs its own sync, whatever is on the PATH")
    recorder = tmp_path / "recorder"
    recorder.mkdir()
    log = tmp_path / "sync.log"
    script = f'#!/bin/sh\nif [ -e "$REPO_DIR" ]; then echo named; else echo unnamed; fi >>"{log}"\n'
    (recorder / "sync").write_text(script)
    (recorder / "sync").chmod(0o755)
    assert volume.boot(PATH=f"{recorder}:{volume.shell.path}").returncode == 0
    assert log.read_text().split() == ["unnamed", "named"]


def unborn(folder: Path, origin: str) -> None:
    """What a `git clone` leaves that is killed during the transfer."""
    git(folder.parent, "init", "-q", "-b", "main", str(folder))
    git(folder, "remote", "add", "origin", origin)
    (folder / ".git" / "objects" / "pack" / "tmp_pack_x9").write_bytes(b"PACK" + bytes(1000))


def without_checkout(folder: Path, origin: str) -> None:
    """What a `git clone` leaves that is killed just before its checkout."""
    git(folder.parent, "clone", "-q", "--no-checkout", origin, str(folder))


@pytest.mark.parametrize("leave", [unborn, without_checkout])
def test_leftover_of_a_clone_is_replaced(
    volume: Volume, upstream: Upstream, leave: Callable[[Path, str], None]
) -> None:
    leave(volume.clone, str(upstream.bare))
    result = volume.boot()
    assert result.returncode == 0, result.stderr
    assert "broke off" in result.stderr
    volume.assert_whole(upstream.head)


def test_empty_directory_is_replaced(volume: Volume, upstream: Upstream) -> None:
    volume.clone.mkdir()
    assert volume.boot().returncode == 0
    volume.assert_whole(upstream.head)


def file_beside(clone: Path) -> None:
    (clone / "notes.txt").write_text("mine\n")


def index(clone: Path) -> None:
    (clone / "notes.txt").write_text("mine\n")
    git(clone, "add", "-A")
    (clone / "notes.txt").unlink()


def log_entry(clone: Path) -> None:
    (clone / ".git" / "logs").mkdir(exist_ok=True)
    (clone / ".git" / "logs" / "HEAD").write_text("0 1 Me <me@example.org> 1 +0000\tcommit: mine\n")


def stash(clone: Path) -> None:
    (clone / ".git" / "refs" / "stash").write_text("0" * 40 + "\n")


def other_worktree(clone: Path) -> None:
    (clone / ".git" / "worktrees" / "mine").mkdir(parents=True)


@pytest.mark.parametrize("leave", [file_beside, index, log_entry, stash, other_worktree])
def test_broken_clone_with_a_trace_of_work_is_not_touched(
    volume: Volume, upstream: Upstream, leave: Callable[[Path], None]
) -> None:
    unborn(volume.clone, str(upstream.bare))
    leave(volume.clone)
    assert_refused_untouched(volume)


@pytest.mark.parametrize("damage", [b"", bytes(41), b"ref: refs/heads/gone\n"])
def test_clone_with_a_damaged_head_is_not_touched(volume: Volume, damage: bytes) -> None:
    assert volume.boot().returncode == 0
    (volume.clone / "README").write_text("work in progress\n")
    (volume.clone / ".git" / "HEAD").write_bytes(damage)
    assert_refused_untouched(volume)


def test_directory_that_is_no_clone_is_not_touched(volume: Volume) -> None:
    volume.clone.mkdir()
    (volume.clone / "precious").write_text("mine\n")
    assert_refused_untouched(volume)


def test_file_in_the_place_of_the_clone_is_not_touched(volume: Volume) -> None:
    volume.clone.write_text("mine\n")
    assert_refused_untouched(volume)


def test_dangling_link_in_the_place_of_the_clone_is_not_touched(volume: Volume) -> None:
    volume.clone.symlink_to("nowhere")
    assert_refused_untouched(volume)


def test_link_to_a_directory_in_the_place_of_the_clone_is_not_followed(volume: Volume) -> None:
    elsewhere = volume.root / "elsewhere"
    unborn(elsewhere, "https://example.org/x.git")
    volume.clone.symlink_to(elsewhere)
    assert_refused_untouched(volume)
    assert (elsewhere / ".git" / "config").exists()


def test_repository_around_the_clone_is_not_mistaken_for_it(volume: Volume, upstream: Upstream) -> None:
    git(volume.root, "clone", "-q", str(upstream.bare), str(volume.root / "outer"))
    inner = volume.root / "outer" / "inner"
    inner.mkdir()
    (inner / "precious").write_text("mine\n")
    result = volume.boot(REPO_DIR=str(inner))
    assert result.returncode == 1
    assert (inner / "precious").read_text() == "mine\n"


def test_clone_without_uncommitted_work_survives_a_partial_beside_it(
    volume: Volume, upstream: Upstream
) -> None:
    assert volume.boot().returncode == 0
    volume.partial.mkdir()
    assert volume.boot().returncode == 0
    assert git(volume.clone, "rev-parse", "HEAD") == upstream.head


def test_two_workspaces_do_not_share_anything(
    tmp_path: Path, volume: Volume, host: GitHost, upstream: Upstream
) -> None:
    other = make_volume(tmp_path / "other", volume.shell, host, upstream.name)
    assert volume.boot().returncode == 0
    assert other.boot().returncode == 0
    (volume.clone / "README").write_text("only here\n")
    other.assert_whole(upstream.head)


def assert_refused_untouched(volume: Volume) -> None:
    before = volume.files()
    result = volume.boot()
    assert result.returncode == 1
    assert "is not a usable clone; nothing was changed" in result.stderr
    assert volume.files() == before
