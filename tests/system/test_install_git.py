"""install-git.sh: a git that runs from its copy alone, without bending anybody else's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .githost import GitHost
from .places import INSTALL_GIT
from .repository import Upstream
from .shells import Shell

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

pytestmark = pytest.mark.skipif(
    not Path("/usr/share/git-core/templates").is_dir(), reason="git is not laid out as on Alpine or Debian"
)


def install(shell: Shell, tools: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": shell.path, "TOOLS_DIR": str(tools), **changes}
    command = [shell.program, str(INSTALL_GIT)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def tools(shell: Shell, tmp_path: Path) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    result = install(shell, folder)
    assert (result.returncode, result.stderr) == (0, "")
    return folder


def run(tools: Path, *arguments: str, **changes: str) -> str:
    """Runs the copied git as the server would: last on the PATH, where no other git is found."""
    environment = {"PATH": f"/nonexistent:{tools}/bin", "HOME": str(tools.parent), **changes}
    command = [str(tools / "bin" / "git"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def inode(path: str) -> int:
    return Path(path).stat().st_ino


def test_copied_git_works(tools: Path, tmp_path: Path) -> None:
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    assert run(tools, "--version") == version
    repository = tmp_path / "repository"
    run(tools, "init", "-q", str(repository))
    assert (repository / ".git" / "info" / "exclude").exists(), "the templates are the copied ones"
    (repository / "file").write_text("x\n")
    name = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-C", str(repository)]
    run(tools, *name, "add", "file")
    run(tools, *name, "commit", "-q", "-m", "first")
    assert run(tools, *name, "log", "--format=%s") == "first"


def test_copied_git_clones_over_https(tools: Path, tmp_path: Path, host: GitHost, upstream: Upstream) -> None:
    helper = "!f() { echo username=x-access-token; echo password=$TOKEN; }; f"
    clone = str(tmp_path / "clone")
    arguments = ["-c", f"credential.helper={helper}", "clone", "-q", host.url(upstream.name), clone]
    run(tools, *arguments, TOKEN=host.token, GIT_SSL_CAINFO=str(host.certificate))
    assert run(tools, "-C", clone, "rev-parse", "HEAD") == upstream.head


def test_only_the_copy_is_used(tools: Path) -> None:
    """The helpers come from the copy, and git has the copied libraries in memory."""
    assert run(tools, "--exec-path").startswith(f"{tools}/git/")
    maps = run(tools, "-c", "alias.maps=!cat /proc/$PPID/maps", "maps", PATH=SYSTEM_PATH)
    libraries = {line.split()[-1] for line in maps.splitlines() if ".so" in line}
    names = {Path(library).name for library in libraries if library.startswith(f"{tools}/lib/")}
    assert names, "the copied libraries are loaded"
    for library in libraries - {f"{tools}/lib/{name}" for name in names}:
        assert Path(library).name.startswith(("libc.", "libc-", "ld-")), library


def test_c_library_stays_behind(tools: Path) -> None:
    names = {path.name for path in (tools / "lib").iterdir()}
    assert names
    assert not [name for name in names if name.startswith(("libc.so", "libc.musl", "ld-"))]


def test_another_programs_environment_is_not_touched(tools: Path) -> None:
    assert [path.name for path in (tools / "bin").iterdir()] == ["git"]
    environment = {"PATH": f"{SYSTEM_PATH}:{tools}/bin"}
    found = shutil.which("git", path=environment["PATH"])
    assert found
    assert not found.startswith(str(tools)), "a git of the image comes first"


def test_second_run_leaves_the_copy_alone(shell: Shell, tools: Path) -> None:
    before = inode(f"{tools}/git/bin/git")
    result = install(shell, tools)
    assert result.returncode == 0
    assert "is there" in result.stdout
    assert inode(f"{tools}/git/bin/git") == before


@pytest.mark.parametrize("damage", ["bin/git", "git/bin/git", "lib"])
def test_unfinished_copy_is_made_anew(shell: Shell, tools: Path, damage: str) -> None:
    target = tools / damage
    if target.is_dir():
        for library in target.iterdir():
            library.write_bytes(b"")
    else:
        target.unlink()
    assert install(shell, tools).returncode == 0
    assert run(tools, "--version").startswith("git version")


def test_copy_of_another_version_is_replaced(shell: Shell, tools: Path) -> None:
    (tools / "bin" / "git").write_text("#!/bin/sh\necho git version 1.0\n")
    assert install(shell, tools).returncode == 0
    assert run(tools, "--version") != "git version 1.0"


def test_missing_variable_is_named(shell: Shell, tmp_path: Path) -> None:
    for value in ({"TOOLS_DIR": ""}, {}):
        command = [shell.program, str(INSTALL_GIT)]
        environment = {"PATH": shell.path, **value}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (1, "install-git: not set: TOOLS_DIR\n")


def test_volume_that_cannot_be_written_fails(shell: Shell, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert install(shell, blocked).returncode != 0
    assert os.listdir(tmp_path)  # noqa: PTH208 - and nothing else happened
