"""What git says of a clone, of one that broke off and of none: as git itself says it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from opencode_policy.source import Source
from opencode_policy.symbolic.events import Code, Where
from opencode_policy.symbolic.files import FOLDER, REPOSITORY, Entry, Files
from opencode_policy.symbolic.git import git
from opencode_policy.symbolic.machine import Invocation, Machine
from opencode_policy.symbolic.places import Layout, Place
from opencode_policy.symbolic.state import State

GIT = shutil.which("git") or "git"
QUERIES = [
    "rev-parse HEAD",
    "rev-parse --verify HEAD",
    "rev-parse -q --verify HEAD^{commit}",
    "rev-parse --git-dir",
    "rev-parse --is-inside-work-tree",
    "rev-parse --show-toplevel",
    "rev-parse",
    "status",
    "log -1",
    "show HEAD",
    "show-ref",
    "symbolic-ref HEAD",
    "branch",
    "rev-list -1 HEAD",
    "cat-file -e HEAD",
    "describe --always",
    "remote get-url origin",
    "config --get remote.origin.url",
]
KINDS = ["whole", "broken off", "none", "missing", "inside"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A clone, one that broke off, a folder without one, a path where nothing is, a folder in the clone."""
    base = tmp_path_factory.mktemp("clones")
    remote, whole, half, none = (base / name for name in ("remote", "whole", "half", "none"))
    _git("init", "-q", "-b", "main", str(remote))
    (remote / "a").write_text("a")
    _git("-C", str(remote), "add", ".")
    _git("-C", str(remote), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first")
    _git("clone", "-q", str(remote), str(whole))
    _git("init", "-q", "-b", "main", str(half))
    _git("-C", str(half), "remote", "add", "origin", str(remote))
    none.mkdir()
    (whole / "sub").mkdir()
    return {"whole": whole, "broken off": half, "none": none, "missing": base / "x", "inside": whole / "sub"}


def _git(*arguments: str) -> int:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CEILING_DIRECTORIES": "/tmp"}  # noqa: S108
    return subprocess.run([GIT, *arguments], check=False, capture_output=True, env=environment).returncode


def _simulated(kind: str, query: str) -> int | None:
    base = Place("data", "/")
    files = Files({base: Entry(FOLDER, closed=True), base / "none": Entry(FOLDER, closed=True)})
    files = files.put(base / "whole", Entry(REPOSITORY, origin="url"))
    files = files.put(base / "half", Entry(REPOSITORY, complete=False, origin="url"))
    files = files.put(base / "whole" / "sub", Entry(FOLDER))
    names = {"whole": "whole", "broken off": "half", "none": "none", "missing": "x", "inside": "whole/sub"}
    code = Code("", Source("script", ""))
    state = State(code, "script", files=files)
    machine = Machine(_OneVolume())
    git(Invocation(machine, state, Where(code), ["git", "-C", f"/{names[kind]}", *query.split()]))
    return state.status


class _OneVolume(Layout):
    def place(self, path: str, directory: str = "/") -> Place:
        found = super().place(path, directory)
        return Place("data", found.path)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("kind", KINDS)
def test_as_git_answers(kind: str, query: str, folders: dict[str, Path]) -> None:
    status = _git("-C", str(folders[kind]), *query.split())
    found = _simulated(kind, query)
    assert found is None or (found == 0) == (status == 0)


def test_most_is_decided() -> None:
    open_ones = [(kind, query) for kind in KINDS for query in QUERIES if _simulated(kind, query) is None]
    assert open_ones == []
