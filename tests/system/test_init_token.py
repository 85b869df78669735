"""init-workspace.sh: where the GitHub token may not turn up."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from .githost import GitHost, serving
from .places import INIT_WORKSPACE
from .repository import Upstream, git
from .secrets_for_tests import make_token, traces_of
from .volume import Volume
from .watcher import log_git_arguments, watching_arguments

linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux' /proc")


@linux
def test_watcher_sees_a_token_in_an_argument_list() -> None:
    token = make_token()
    with watching_arguments() as watcher, subprocess.Popen(["sleep", "0.3", f"0.0{'0' * 9}"]) as process:
        process.wait()
    assert watcher.holds([b"0.0" + b"0" * 9])
    assert not watcher.holds(traces_of(token))


@linux
def test_token_is_in_no_argument_list(tmp_path: Path, volume: Volume, host: GitHost) -> None:
    real = shutil.which("git")
    assert real
    log = log_git_arguments(tmp_path / "spy", real)
    host.pause = 0.005  # long enough to be watched
    with watching_arguments() as watcher:
        result = volume.boot(PATH=f"{log.parent}:{volume.shell.path}")
    assert result.returncode == 0, result.stderr
    assert b"https://" in log.read_bytes()
    assert watcher.holds([b"git-remote-https", b"remote-https"])
    assert not watcher.holds(traces_of(host.token))
    assert not [trace for trace in traces_of(host.token) if trace in log.read_bytes()]


def test_token_is_nowhere_on_the_volume_or_in_the_output(volume: Volume, host: GitHost) -> None:
    result = volume.boot()
    assert result.returncode == 0
    assert volume.contains(traces_of(host.token)) == []
    assert host.token not in result.stdout + result.stderr
    assert [request for request in host.log if request.authorization], "the token was used"
    config = (volume.clone / ".git" / "config").read_text()
    assert "credential" not in config
    assert "@" not in config.replace("localhost", "")


@pytest.mark.parametrize("variable", ["GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE"])
def test_token_is_not_in_git_s_own_trace(volume: Volume, host: GitHost, variable: str) -> None:
    result = volume.boot(**{variable: "1", "GIT_TRACE_REDACT": "0"})
    assert result.returncode == 0
    assert host.token not in result.stderr
    assert not [trace for trace in traces_of(host.token) if trace.decode() in result.stderr]


def test_interrupted_clone_leaves_no_token(volume: Volume, host: GitHost) -> None:
    host.cut_after = 100_000
    assert volume.boot().returncode == 1
    assert volume.contains(traces_of(host.token)) == []


def test_token_does_not_follow_a_redirect(
    tmp_path: Path, volume: Volume, host: GitHost, certificate: Path
) -> None:
    with serving(GitHost(host.root, certificate, make_token())) as thief:
        host.redirect = f"https://localhost:{thief.port}"
        assert volume.boot().returncode == 1
        assert thief.log, "the redirect was followed"
        assert not [request for request in thief.log if request.authorization]


def test_users_configuration_cannot_send_the_token_elsewhere(
    volume: Volume, host: GitHost, certificate: Path, upstream: Upstream
) -> None:
    with serving(GitHost(host.root, certificate, make_token())) as thief:
        rewrite = f'[url "https://localhost:{thief.port}/"]\n\tinsteadOf = https://localhost:{host.port}/\n'
        (volume.home / ".gitconfig").write_text(rewrite)
        (volume.home / ".config" / "git").mkdir(parents=True)
        (volume.home / ".config" / "git" / "config").write_text(rewrite)
        assert volume.boot().returncode == 0
        assert thief.log == []
    volume.assert_whole(upstream.head)


def test_pull_cannot_be_sent_elsewhere_by_the_clone(
    volume: Volume, host: GitHost, certificate: Path, upstream: Upstream
) -> None:
    assert volume.boot().returncode == 0
    new = upstream.commit(README="third\n")
    with serving(GitHost(host.root, certificate, make_token())) as thief:
        elsewhere = f"https://localhost:{thief.port}/"
        git(volume.clone, "config", f"url.{elsewhere}.insteadOf", f"https://localhost:{host.port}/")
        git(volume.clone, "config", "http.proxy", elsewhere)
        result = volume.boot(WORKSPACE_PULL="true")
        assert thief.log == []
    assert result.returncode == 0, result.stderr
    assert git(volume.clone, "rev-parse", "HEAD") == new


@linux
def test_code_in_the_clone_runs_without_the_token(volume: Volume, host: GitHost, upstream: Upstream) -> None:
    """A filter is code that a checkout runs, and that anybody who can write to the clone can set."""
    assert volume.boot().returncode == 0
    loot = volume.root / "loot"
    spy = f"env >>{loot}; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline >>{loot} 2>/dev/null; cat"
    git(volume.clone, "config", "filter.spy.smudge", spy)
    git(volume.clone, "config", "core.fsmonitor", f"env >>{loot}; false")
    (volume.clone / ".git" / "info" / "attributes").write_text("README filter=spy\n")
    for hook in ("post-merge", "reference-transaction", "post-checkout"):
        (volume.clone / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\necho hook >>{loot}\n")
        (volume.clone / ".git" / "hooks" / hook).chmod(0o755)
    new = upstream.commit(README="third\n")
    result = volume.boot(WORKSPACE_PULL="true")
    assert result.returncode == 0, result.stderr
    assert git(volume.clone, "rev-parse", "HEAD") == new
    taken = loot.read_bytes()
    assert b"REPO_URL=" in taken, "the filter ran and could read environments"
    assert b"hook" not in taken.splitlines()
    assert not [trace for trace in traces_of(host.token) if trace in taken]


@linux
def test_spy_would_find_the_token_in_the_first_stage(volume: Volume, host: GitHost) -> None:
    """The same look into /proc, while the clone runs: the test above is able to fail."""
    host.pause = 0.05
    command = [volume.shell.program, str(INIT_WORKSPACE)]
    with subprocess.Popen(command, env=volume.environment(), stdout=subprocess.DEVNULL) as process:
        time.sleep(0.3)
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        process.wait()
    assert host.token.encode() in environment
