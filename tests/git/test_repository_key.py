"""The key of fingerprints: one for a clone, in no commit, for its owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from opencode_policy.git.repository_key import common_folder, repository_key
from tests.git.repositories import Repository

KEPT = ".git/opencode-policy/fingerprint-key"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "r")
    made.write("a", "1\n")
    made.commit()
    return made


def test_it_is_made_once_and_stays(repository: Repository) -> None:
    first = repository_key(repository.folder)
    assert len(first) == 64
    assert repository_key(repository.folder) == first
    kept = repository.folder / KEPT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert repository.git("status", "--porcelain") == ""


def test_every_clone_has_its_own(repository: Repository, tmp_path: Path) -> None:
    first = repository_key(repository.folder)
    repository.git("clone", "--quiet", str(repository.folder), str(tmp_path / "clone"))
    assert repository_key(tmp_path / "clone") != first


def test_the_work_trees_of_a_clone_share_it(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--quiet", str(tmp_path / "second"))
    assert repository_key(tmp_path / "second") == repository_key(repository.folder)


def test_a_submodule_has_its_own(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other")
    other.write("a", "2\n")
    other.commit()
    repository.git("submodule", "add", "--quiet", str(other.folder), "sub")
    inner = repository_key(repository.folder / "sub")
    assert len(inner) == 64
    assert inner not in (repository_key(repository.folder), repository_key(other.folder))


def test_where_there_is_no_repository_there_is_none(tmp_path: Path) -> None:
    assert repository_key(tmp_path) == b""
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert repository_key(tmp_path) == b""
    assert common_folder(tmp_path) is None
    (tmp_path / ".git").write_bytes(b"\xff\xfe")
    assert repository_key(tmp_path) == b""


@pytest.mark.parametrize("content", ["", "short\n", "x" * 65])
def test_a_file_that_is_no_key_is_not_used(repository: Repository, content: str) -> None:
    repository.write(KEPT, content)
    assert repository_key(repository.folder) == b""


def test_a_place_that_cannot_be_written(repository: Repository) -> None:
    repository.write(".git/opencode-policy", "a file in the way\n")
    assert repository_key(repository.folder) == b""
