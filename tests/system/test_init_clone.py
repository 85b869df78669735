"""init-workspace.sh: the first boot, the second, and everything that is said and refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from .githost import GitHost
from .places import INIT_WORKSPACE
from .repository import Upstream, git
from .secrets_for_tests import make_token
from .volume import Volume


def test_first_boot_clones_the_repository(volume: Volume, upstream: Upstream) -> None:
    result = volume.boot()
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    volume.assert_whole(upstream.head)
    assert git(volume.clone, "symbolic-ref", "--short", "HEAD") == "main"
    assert git(volume.clone, "config", "--get", "remote.origin.url") == volume.variables["REPO_URL"]


def test_nothing_on_the_volume_is_open_to_others(volume: Volume) -> None:
    assert volume.boot().returncode == 0
    for folder, folders, names in os.walk(volume.clone):
        for name in folders + names:
            path = Path(folder) / name
            assert path.is_symlink() or path.stat().st_mode & 0o077 == 0, path


def test_second_boot_is_quick_and_needs_no_network(volume: Volume, host: GitHost) -> None:
    assert volume.boot().returncode == 0
    (volume.clone / "README").write_text("work in progress\n")
    (volume.clone / "new file").write_text("untracked\n")
    before = volume.files()
    requests = len(host.log)
    host.hang = True
    start = time.monotonic()
    result = volume.boot()
    assert time.monotonic() - start < 2
    assert result.returncode == 0, result.stderr
    assert len(host.log) == requests
    assert volume.files() == before


def test_second_boot_needs_no_token(volume: Volume) -> None:
    assert volume.boot().returncode == 0
    result = volume.boot(GITHUB_TOKEN=None)
    assert (result.returncode, result.stderr) == (0, "")


def test_named_branch_is_checked_out(volume: Volume, upstream: Upstream) -> None:
    git(upstream.bare, "branch", "other", "main~1")
    assert volume.boot(REPO_BRANCH="other").returncode == 0
    assert git(volume.clone, "symbolic-ref", "--short", "HEAD") == "other"
    assert git(volume.clone, "rev-parse", "HEAD") == git(upstream.bare, "rev-parse", "main~1")


def test_token_may_end_in_a_newline(volume: Volume, host: GitHost, upstream: Upstream) -> None:
    result = volume.boot(GITHUB_TOKEN=host.token + "\r\n")
    assert result.returncode == 0, result.stderr
    volume.assert_whole(upstream.head)


def test_wrong_token_fails_without_leaving_anything(volume: Volume) -> None:
    wrong = make_token()
    result = volume.boot(GITHUB_TOKEN=wrong)
    assert result.returncode == 1
    assert "could not clone" in result.stderr
    assert wrong not in result.stderr + result.stdout
    assert not volume.clone.exists()
    assert not volume.partial.exists()


def test_server_that_is_down_fails_and_the_next_boot_succeeds(
    volume: Volume, host: GitHost, upstream: Upstream
) -> None:
    host.refuse = 503
    assert volume.boot().returncode == 1
    assert not volume.clone.exists()
    host.refuse = 0
    assert volume.boot().returncode == 0
    volume.assert_whole(upstream.head)


def test_repository_without_a_commit_is_refused(volume: Volume, upstream: Upstream, host: GitHost) -> None:
    empty = upstream.bare.parent / "empty.git"
    empty.mkdir()
    git(empty, "init", "-q", "--bare")
    result = volume.boot(REPO_URL=host.url("empty.git"))
    assert result.returncode == 1
    assert "has no commit" in result.stderr
    assert not volume.clone.exists()


@pytest.mark.parametrize("name", ["REPO_URL", "REPO_DIR", "HOME"])
@pytest.mark.parametrize("value", [None, ""])
def test_missing_variable_is_named_in_one_line(volume: Volume, name: str, value: str | None) -> None:
    result = volume.boot(**{name: value})
    assert result.returncode == 1
    assert result.stderr == f"init-workspace: not set: {name}\n"


def test_all_missing_variables_are_named_at_once(volume: Volume) -> None:
    result = volume.boot(REPO_URL=None, REPO_DIR=None, HOME=None)
    assert result.stderr == "init-workspace: not set: REPO_URL REPO_DIR HOME\n"


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_missing_token_is_named_when_it_is_needed(volume: Volume, value: str | None) -> None:
    result = volume.boot(GITHUB_TOKEN=value)
    assert result.returncode == 1
    assert result.stderr == "init-workspace: not set: GITHUB_TOKEN (needed to clone)\n"


@pytest.mark.parametrize(
    "url",
    [
        "http://USER:SECRET@example.org/x.git",
        "https://USER:SECRET@example.org/x.git",
        "https://SECRET@example.org/x.git",
        "https://example.org/x.git?token=SECRET",
        "https://example.org/SECRET@x.git",
        "https://example.org",
        "https:///x.git",
        "ssh://git@example.org/x.git",
        "git@example.org:x.git",
        "file:///x.git",
        "ext::sh -c id% >&2",
    ],
)
def test_url_with_credentials_or_another_scheme_is_refused(volume: Volume, url: str) -> None:
    secret = make_token()
    result = volume.boot(REPO_URL=url.replace("SECRET", secret))
    assert result.returncode == 1
    assert result.stderr.startswith("init-workspace: REPO_URL ")
    assert result.stderr.count("\n") == 1
    assert secret not in result.stderr + result.stdout
    assert not volume.clone.exists()


@pytest.mark.parametrize("path", ["/", "/workspace", "workspace/x", "/a/../b", "/a/b/", "/a//b", "/a/.."])
def test_directory_that_is_no_place_for_a_clone_is_refused(volume: Volume, path: str) -> None:
    result = volume.boot(REPO_DIR=path)
    assert result.returncode == 1
    assert result.stderr.startswith("init-workspace: REPO_DIR ")


def test_arguments_are_refused(volume: Volume) -> None:
    command = [volume.shell.program, str(INIT_WORKSPACE), "--help"]
    result = subprocess.run(command, env=volume.environment(), capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "init-workspace: takes no arguments\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take on another user ID")
def test_user_id_without_an_account_will_do(volume: Volume, tmp_path: Path, upstream: Upstream) -> None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv is not installed")
    for folder in (volume.root, volume.home, volume.clone.parent, volume.root / "tmp"):
        os.chown(folder, 54321, 54321)
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    Path(volume.variables["GIT_SSL_CAINFO"]).parent.chmod(0o755)
    become = [setpriv, "--reuid=54321", "--regid=54321", "--clear-groups", "--no-new-privs"]
    command = [*become, volume.shell.program, str(INIT_WORKSPACE)]
    result = subprocess.run(command, env=volume.environment(), capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    volume.assert_whole(upstream.head)
    assert (volume.clone / ".git").stat().st_uid == 54321


def test_clone_of_another_user_is_reported(volume: Volume) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    assert volume.boot().returncode == 0
    for folder, folders, names in os.walk(volume.clone.parent):
        for name in folders + names:
            os.chown(Path(folder) / name, 54321, 54321)
    result = volume.boot()
    assert result.returncode == 0
    assert "the server will not see it as a project" in result.stderr
