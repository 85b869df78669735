"""`check --history` and `check --staged` in real repositories whose policy asks for no more than SEC-01."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.repository import write_repository
from tests.detect.made import github_token, password
from tests.git.repositories import Repository

TOKEN = github_token(seed=11)
OTHER = github_token(seed=12)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    folder = tmp_path / "here"
    folder.mkdir()
    write_repository(folder)
    requirements = folder / "policies/requirements.yaml"
    text = requirements.read_text().replace("SEC-04", "SEC-01").replace("claim-mismatch", "secret-in-file")
    requirements.write_text(text)
    settings = folder / "policies/opencode.yaml"
    text = settings.read_text().replace("  secret-in-file: {enabled: false}\n", "")
    claim = text[text.index("  claim-mismatch:\n") :].split("5Gi\n")[0] + "5Gi\n"
    text = text.replace(claim, "  claim-mismatch: {enabled: false}\n")
    settings.write_text(text)
    monkeypatch.chdir(folder)
    return Repository(folder)


class TestHistory:
    def test_a_finding_names_commit_path_and_line(self, here: Repository, command: Command) -> None:
        secret = password()
        here.write("kubernetes/x.env", f"A=1\nDB_PASSWORD={secret}\n")
        commit = here.commit()
        here.git("rm", "--quiet", "kubernetes/x.env")
        here.commit()
        done = command("check", "--history")
        assert done.code == 1
        words = (
            f"the value of 'DB_PASSWORD' ({len(secret)} characters) is in clear, committed in {commit[:12]}"
        )
        assert f"error[secret-in-file] SEC-01: {words}" in done.out
        assert "--> kubernetes/x.env:2:13" in done.out
        assert secret not in done.out + done.err

    def test_the_machine_formats_name_them_too(self, here: Repository, command: Command) -> None:
        here.write("x.env", f"TOKEN={TOKEN}\n")
        commit = here.commit()
        report = json.loads(command("check", "--history", "--output-format", "sarif").out)
        (result,) = report["runs"][0]["results"]
        assert commit[:12] in result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "x.env"
        assert location["physicalLocation"]["region"]["startLine"] == 1

    def test_a_clean_history_is_no_proof_for_the_files(self, here: Repository, command: Command) -> None:
        here.commit()
        done = command("check", "--history", "--output-format", "json")
        (verdict,) = json.loads(done.out)["requirements"]
        assert (done.code, verdict["id"], verdict["status"]) == (0, "SEC-01", "not-checked")
        assert verdict["reason"].startswith("none of 7 versions of files in 1 commit holds a secret")

    def test_nothing_was_committed(self, here: Repository, command: Command) -> None:
        done = command("check", "--history")
        assert done.code == 0
        assert "nothing was committed yet" in done.out

    @pytest.mark.parametrize(
        ("more", "named"),
        [
            (("--staged",), "--staged"),
            (("--rule", "secret-in-file"), "--rule"),
            (("--", "kubernetes"), "PATH"),
        ],
    )
    def test_what_does_not_go_together(
        self, here: Repository, command: Command, more: tuple[str, ...], named: str
    ) -> None:
        here.commit()
        done = command("check", "--history", "HEAD", *more)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"opencode-policy: {named} does not go with --history")

    def test_outside_of_a_repository(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for option in ("--history", "--staged"):
            done = command("check", option)
            assert (done.code, done.err) == (2, "opencode-policy: there is no git repository here\n")

    def test_without_git(
        self, here: Repository, monkeypatch: pytest.MonkeyPatch, command: Command, tmp_path: Path
    ) -> None:
        here.commit()
        monkeypatch.setenv("PATH", str(tmp_path))
        done = command("check", "--history")
        assert (done.code, done.err) == (
            2,
            "opencode-policy: git cannot be started: no such file or directory\n",
        )


def found(done: str) -> list[str]:
    """Path, line and column of each secret in a report."""
    return [line.split("--> ")[1] for line in done.splitlines() if "--> " in line]


class TestStaged:
    def test_the_index_and_not_the_work_tree(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        here.git("add", "--all")
        here.write("kubernetes/a.env", f"A=1\nX={OTHER}\nY={TOKEN}\n")
        here.write("kubernetes/untracked.env", f"X={TOKEN}\n")
        done = command("check", "--staged")
        assert done.code == 1
        assert found(done.out) == ["kubernetes/a.env:1:3"]
        assert TOKEN not in done.out
        assert found(command("check").out) == [
            "kubernetes/a.env:2:3",
            "kubernetes/a.env:3:3",
            "kubernetes/untracked.env:1:3",
        ]

    def test_a_secret_that_is_only_in_the_work_tree(self, here: Repository, command: Command) -> None:
        here.commit()
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        assert command("check", "--staged").code == 0
        assert command("check").code == 1

    def test_files_that_are_deleted_or_renamed(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        here.write("kubernetes/b.env", f"X={OTHER}\n")
        here.commit()
        (here.folder / "kubernetes/a.env").unlink()
        assert found(command("check", "--staged").out) == ["kubernetes/a.env:1:3", "kubernetes/b.env:1:3"]
        here.git("rm", "--quiet", "kubernetes/a.env")
        here.git("mv", "kubernetes/b.env", "kubernetes/c.env")
        assert found(command("check", "--staged").out) == ["kubernetes/c.env:1:3"]

    def test_before_the_first_commit(self, here: Repository, command: Command) -> None:
        here.git("add", "policies")
        assert command("check", "--staged").code == 0
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        here.git("add", "--all")
        assert found(command("check", "--staged").out) == ["kubernetes/a.env:1:3"]

    def test_the_whole_tree_as_it_would_be_committed(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/old.env", f"X={TOKEN}\n")
        here.commit()
        here.write("kubernetes/new.env", f"X={OTHER}\n")
        here.git("add", "--all")
        assert found(command("check", "--staged").out) == ["kubernetes/new.env:1:3", "kubernetes/old.env:1:3"]

    def test_in_a_hook_of_git(self, here: Repository) -> None:
        """`git commit --all` shows its hooks an index of their own."""
        hook = here.folder / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        package = Path(__file__).resolve().parents[2]
        hook.write_text(
            f"#!/bin/sh\nPYTHONPATH={package} exec {sys.executable} -m opencode_policy check --staged\n"
        )
        hook.chmod(0o755)
        here.git("add", "policies")
        here.write("kubernetes/a.env", "X=1\n")
        here.git("add", "--all")
        here.git("commit", "--quiet", "--message", "good")
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        head = here.git("rev-parse", "HEAD")
        here.git("commit", "--quiet", "--all", "--message", "bad", check=False)
        assert here.git("rev-parse", "HEAD") == head
        here.write("kubernetes/a.env", "X=2\n")
        here.git("commit", "--quiet", "--all", "--message", "good")
        assert here.git("rev-parse", "HEAD~1") == head

    def test_a_path_that_was_only_announced(self, here: Repository, command: Command) -> None:
        here.commit()
        here.write("kubernetes/a.yaml", "kind: Secret\n")
        here.git("add", "--intent-to-add", "kubernetes/a.yaml")
        done = command("check", "--staged", "--output-format", "json")
        assert (done.code, "kubernetes/a.yaml" in done.out) == (0, False)

    def test_only_some_paths(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a/x.env", f"X={TOKEN}\n")
        here.write("kubernetes/b/x.env", f"X={TOKEN}\n")
        here.git("add", "--all")
        (here.folder / "kubernetes/b/x.env").unlink()
        assert found(command("check", "--staged", "kubernetes/b").out) == ["kubernetes/b/x.env:1:3"]
        done = command("check", "--staged", "kubernetes/c")
        assert (done.code, done.err) == (
            2,
            "opencode-policy: the index has no file or folder 'kubernetes/c'\n",
        )

    def test_the_policy_is_the_staged_one(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        here.git("add", "--all")
        here.write("policies/opencode.yaml", "nonsense: [\n")
        done = command("check", "--staged")
        assert (done.code, found(done.out)) == (1, ["kubernetes/a.env:1:3"])
        here.git("add", "--all")
        done = command("check", "--staged")
        assert done.code == 2
        assert "policies/opencode.yaml:2:1" in done.err

    def test_a_merge_that_is_not_resolved(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a.env", "X=1\n")
        here.commit()
        here.git("switch", "--quiet", "--create", "side")
        here.write("kubernetes/a.env", "X=2\n")
        here.commit()
        here.git("switch", "--quiet", "main")
        here.write("kubernetes/a.env", "X=3\n")
        here.commit()
        here.git("merge", "side", check=False)
        done = command("check", "--staged")
        assert (done.code, done.err) == (
            2,
            "opencode-policy: the merge of kubernetes/a.env is not resolved, "
            "so there is nothing to commit yet\n",
        )

    def test_links_lead_where_the_index_has_them_lead(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/real/a.env", f"X={TOKEN}\n")
        links = {
            "file": "real/a.env",
            "out": "../../x",
            "loop": "loop",
            "none": "gone",
            "up": "../kubernetes",
        }
        for name, target in links.items():
            (here.folder / "kubernetes" / name).symlink_to(target)
        here.git("add", "--all")
        for name in links:
            (here.folder / "kubernetes" / name).unlink()
        report = json.loads(command("check", "--staged", "--output-format", "json").out)
        told = {(item["location"]["path"], item["rule"]) for item in report["findings"]}
        assert told == {
            ("kubernetes/file", "secret-in-file"),
            ("kubernetes/real/a.env", "secret-in-file"),
            ("kubernetes/out", "path-outside-tree"),
            ("kubernetes/loop", "path-outside-tree"),
            ("kubernetes/none", "file-unreadable"),
            ("kubernetes/up", "symlink-loop"),
        }

    def test_a_submodule_and_a_huge_file_are_named(
        self, here: Repository, command: Command, tmp_path: Path
    ) -> None:
        other = Repository(tmp_path / "other")
        other.write("inner.env", f"X={TOKEN}\n")
        other.commit()
        here.git("submodule", "add", "--quiet", str(other.folder), "sub")
        here.write("kubernetes/huge.yaml", b"x" * (10 * 1024 * 1024 + 1))
        here.git("add", "--all")
        done = command("check", "--staged", "--output-format", "json")
        report = json.loads(done.out)
        assert [item["rule"] for item in report["findings"]] == ["file-too-large"]
        words = "sub is a submodule, whose files belong to another repository"
        assert words in [item["reason"] for item in report["not_checked"]]


class TestFingerprints:
    def fingerprints(self, command: Command, *options: str) -> list[str]:
        report = json.loads(command("check", "--output-format", "json", *options).out)
        return [item["secret"]["fingerprint"] for item in report["findings"]]

    def test_equal_secrets_have_one_in_every_kind_of_check(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        here.write("kubernetes/b.env", f"X={OTHER}\nY={TOKEN}\n")
        here.commit()
        first, second, third = self.fingerprints(command)
        assert first == third != second
        assert self.fingerprints(command, "--staged") == [first, second, third]
        assert self.fingerprints(command, "--history") == [first, second, third]

    def test_a_key_that_clones_share(
        self, here: Repository, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        own = self.fingerprints(command)
        monkeypatch.setenv("OPENCODE_POLICY_FINGERPRINT_KEY", "sixteen bytes or more")
        shared = self.fingerprints(command)
        assert shared != own
        (here.folder / ".git/opencode-policy/fingerprint-key").unlink()
        assert self.fingerprints(command) == shared
        assert not (here.folder / ".git/opencode-policy/fingerprint-key").exists()

    def test_a_key_that_could_be_guessed(
        self, here: Repository, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        monkeypatch.setenv("OPENCODE_POLICY_FINGERPRINT_KEY", "short")
        done = command("check")
        words = "OPENCODE_POLICY_FINGERPRINT_KEY is too short: a key has at least 16 bytes"
        assert (done.code, done.out, done.err) == (2, "", f"opencode-policy: {words}\n")

    def test_people_and_machines_see_it(self, here: Repository, command: Command) -> None:
        here.write("kubernetes/a.env", f"X={TOKEN}\n")
        (print_,) = self.fingerprints(command)
        assert f"= fingerprint: {print_}" in command("check").out
        (result,) = json.loads(command("check", "--output-format", "sarif").out)["runs"][0]["results"]
        assert result["partialFingerprints"]["opencodePolicySecret/v1"] == print_

    def test_no_key_is_made_where_there_is_no_secret(self, here: Repository, command: Command) -> None:
        assert command("check").code == 0
        assert not (here.folder / ".git/opencode-policy").exists()
