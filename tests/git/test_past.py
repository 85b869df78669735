"""Every version of every file, where it came in, and the secrets in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencode_policy.discover import MAX_BYTES
from opencode_policy.git.committed_secrets import search
from opencode_policy.git.error import GitError
from opencode_policy.git.past import Version, past
from tests.detect.made import encode, github_token, private_key
from tests.git.repositories import Repository

TOKEN = github_token(seed=11)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


def versions(repository: Repository, revisions: str = "") -> list[tuple[str, str]]:
    """Commit and path of each version."""
    found = past(repository.folder, revisions).versions.values()
    return [(item.commit, item.path) for item in found]


def secrets(repository: Repository, revisions: str = "") -> list[tuple[str, str, int, int]]:
    """Commit, path and line of each secret, and how many later versions have it."""
    searched = search(repository.folder, past(repository.folder, revisions), lambda *_: None)
    return [
        (item.version.commit, item.version.path, item.found.location.line, item.again)
        for item in searched.found
    ]


class TestVersions:
    def test_a_repository_without_a_commit(self, repository: Repository) -> None:
        assert past(repository.folder) == past(repository.folder, "")
        assert (past(repository.folder).versions, past(repository.folder).commits) == ({}, 0)

    def test_each_blob_once_where_it_came_in(self, repository: Repository) -> None:
        repository.write("a", "1\n")
        first = repository.commit()
        repository.write("b", "1\n")  # the same blob
        repository.write("a", "2\n")
        second = repository.commit()
        repository.git("mv", "a", "c")
        repository.commit()
        assert versions(repository) == [(first, "a"), (second, "a")]

    def test_other_branches_tags_and_the_stash(self, repository: Repository) -> None:
        repository.write("a", "1\n")
        first = repository.commit()
        repository.git("switch", "--quiet", "--create", "side")
        repository.write("side", "s\n")
        side = repository.commit()
        repository.git("switch", "--quiet", "main")
        repository.git("tag", "kept", "side")
        repository.git("branch", "--quiet", "-D", "side")
        repository.write("a", "stashed\n")
        repository.git("stash", "--quiet")
        found = {path: commit for commit, path in versions(repository)}
        assert found["side"] == side
        assert found["a"] not in (first, side)

    def test_a_commit_that_was_amended_away(self, repository: Repository) -> None:
        repository.write("a", "1\n")
        gone = repository.commit()
        repository.write("a", "2\n")
        repository.git("commit", "--quiet", "--all", "--amend", "--no-edit")
        assert (gone, "a") in versions(repository)
        assert (gone, "a") not in versions(repository, "HEAD")

    def test_what_only_the_merge_brought_in(self, repository: Repository) -> None:
        repository.write("a", "1\n")
        repository.commit()
        repository.git("switch", "--quiet", "--create", "side")
        repository.write("s", "s\n")
        repository.commit()
        repository.git("switch", "--quiet", "main")
        repository.write("m", "m\n")
        repository.commit()
        repository.git("merge", "--no-commit", "--quiet", "side")
        repository.write("s", "of the merge\n")
        merge = repository.commit()
        assert versions(repository)[-1] == (merge, "s")

    def test_a_range(self, repository: Repository) -> None:
        repository.write("a", "1\n")
        repository.commit()
        repository.write("a", "2\n")
        second = repository.commit()
        assert versions(repository, "HEAD~1..HEAD") == [(second, "a")]

    @pytest.mark.parametrize("revisions", ["nonsense", "--output=owned", "main..nonsense", "-x"])
    def test_a_range_that_is_none(self, repository: Repository, revisions: str) -> None:
        repository.write("a", "1\n")
        repository.commit()
        with pytest.raises(GitError, match="no revision or range"):
            past(repository.folder, revisions)
        assert not (repository.folder / "owned").exists()

    def test_outside_of_a_repository(self, tmp_path: Path) -> None:
        with pytest.raises(GitError, match=r"^there is no git repository here$"):
            past(tmp_path)

    def test_names_that_are_odd(self, repository: Repository) -> None:
        names = ["a b", 'quo"te', "new\nline", "ümlaut", ":1"]
        for name in names:
            repository.write(name, f"{name}\n")
        repository.commit()
        assert sorted(path for _, path in versions(repository)) == sorted(names)

    def test_a_submodule_is_left_to_its_own_repository(self, repository: Repository, tmp_path: Path) -> None:
        other = Repository(tmp_path / "other")
        other.write("inner", f"{TOKEN}\n")
        other.commit()
        repository.git("submodule", "add", "--quiet", str(other.folder), "sub")
        commit = repository.commit()
        assert versions(repository) == [(commit, ".gitmodules")]

    def test_replaced_objects_are_seen_as_they_were(self, repository: Repository) -> None:
        repository.write("a", f"{TOKEN}\n")
        commit = repository.commit()
        repository.write("b", "nothing\n")
        repository.commit()
        blob = repository.git("rev-parse", "HEAD:a")
        repository.git("replace", blob, repository.git("rev-parse", "HEAD:b"))
        assert secrets(repository) == [(commit, "a", 1, 0)]

    def test_a_shallow_clone_says_so(self, repository: Repository, tmp_path: Path) -> None:
        for text in ("1\n", "2\n"):
            repository.write("a", text)
            repository.commit()
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "s"))
        assert past(tmp_path / "s").cut_off
        assert not past(repository.folder).cut_off


class TestSecrets:
    def test_one_that_was_removed_is_still_there(self, repository: Repository) -> None:
        repository.write("a.yaml", f"x: 1\ntoken: {TOKEN}\n")
        commit = repository.commit()
        repository.write("a.yaml", "x: 1\n")
        repository.commit()
        assert secrets(repository) == [(commit, "a.yaml", 2, 0)]
        assert secrets(repository, "HEAD~1..HEAD") == []

    def test_one_in_many_versions_of_a_file_is_told_once(self, repository: Repository) -> None:
        commits = []
        for number in range(3):
            repository.write("a.sh", "\n" * number + f"x={TOKEN}\n")
            commits.append(repository.commit())
        assert secrets(repository) == [(commits[0], "a.sh", 1, 2)]

    def test_manifests_are_read_as_manifests(self, repository: Repository) -> None:
        repository.write("s.yaml", f"kind: Secret\ndata: {{entry: {encode('correct-horse')}}}\n")
        commit = repository.commit()
        assert secrets(repository) == [(commit, "s.yaml", 2, 0)]

    def test_in_what_is_no_text(self, repository: Repository) -> None:
        repository.write("blob.bin", b"\0\1\2" + TOKEN.encode() + b"\0\xff" + b"password=hunter2hunter2\0")
        repository.write("latin.txt", f"\n# \xe9 {TOKEN}\n".encode("latin-1"))
        repository.write("wide.txt", private_key().encode("utf-16"))
        commit = repository.commit()
        assert sorted(secrets(repository)) == [
            (commit, "blob.bin", 1, 0),
            (commit, "latin.txt", 2, 0),
            (commit, "wide.txt", 1, 0),
        ]

    def test_a_huge_blob_is_named_and_not_read(self, repository: Repository) -> None:
        repository.write("huge.txt", b"x" * MAX_BYTES + TOKEN.encode())
        repository.write("z.txt", TOKEN)
        commit = repository.commit()
        searched = search(repository.folder, past(repository.folder), lambda *_: None)
        assert searched.unread == (
            (Version(commit, "huge.txt"), "it has 10.0 MiB, more than the 10 MiB that are read"),
        )
        assert secrets(repository) == [(commit, "z.txt", 1, 0)]

    def test_a_blob_that_is_not_there(self, repository: Repository) -> None:
        repository.write("a", "1\n")
        repository.write("b", TOKEN)
        commit = repository.commit()
        blob = repository.git("rev-parse", "HEAD:a")
        (repository.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
        searched = search(repository.folder, past(repository.folder), lambda *_: None)
        assert searched.unread == ((Version(commit, "a"), "this clone does not have its content"),)
        assert secrets(repository) == [(commit, "b", 1, 0)]

    def test_progress_is_told_of_each(self, repository: Repository) -> None:
        for name in "abc":
            repository.write(name, name)
        repository.commit()
        told: list[tuple[int, int]] = []
        search(repository.folder, past(repository.folder), lambda *numbers: told.append(numbers))
        assert told == [(1, 3), (2, 3), (3, 3)]
