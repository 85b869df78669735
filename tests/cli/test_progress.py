"""The bar of a long run: on a terminal, and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from opencode_policy.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress.Progress("files")
    bar(1, 2)
    bar(2, 2)
    bar.clear()
    assert capsys.readouterr() == ("", "")


def test_nothing_where_no_standard_error_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    bar = progress.Progress("files")
    bar(1, 1)
    bar.clear()


def test_it_is_drawn_over_itself_and_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_EVERY", 0)
    bar = progress.Progress("files")
    bar(15, 30)
    bar(30, 30)
    bar.clear()
    first, second = f"[{'#' * 15}{'.' * 15}] 15 of 30 files", f"[{'#' * 30}] 30 of 30 files"
    assert terminal.getvalue() == f"\r{first}\r{second}\r{' ' * len(second)}\r"


def test_it_is_not_drawn_for_each_of_thousands(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("time.monotonic", lambda: 5.0)
    bar = progress.Progress("files")
    for done in range(1, 1000):
        bar(done, 1000)
    assert terminal.getvalue().count("\r") == 1
