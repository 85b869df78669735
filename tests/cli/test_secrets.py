"""opencode-policy secrets: one file or many, without a policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.detect.made import github_token

TOKEN = github_token(seed=3)


def test_nothing_asked_for_is_nothing_found(command: Command) -> None:
    assert command("secrets").code == 0


def test_a_file_without_a_secret_is_passed_in_silence(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("not: [a manifest\n", encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(b"\0\1\2")
    done = command("secrets", *map(str, sorted(tmp_path.iterdir())))
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_secret_is_found_and_never_shown(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.env").write_text(f"A=1\nGITHUB_TOKEN={TOKEN}\n", encoding="utf-8")
    done = command("secrets", "x.env")
    assert done.code == 1
    assert "error[secret-in-file] SEC-01: " in done.out
    assert "x.env:2:14" in done.out
    assert TOKEN not in done.out + done.err


def test_what_cannot_be_searched_is_said(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfea\0")
    done = command("secrets", str(tmp_path / "a.yaml"))
    assert done.code == 0
    assert "the file is UTF-16, and only UTF-8 is read" in done.out


def test_a_file_that_does_not_exist(command: Command, tmp_path: Path) -> None:
    done = command("secrets", str(tmp_path / "no"))
    assert (done.code, done.err) == (2, f"opencode-policy: there is no file or folder '{tmp_path}/no'\n")
