from __future__ import annotations

from pathlib import Path

import pytest

from opencode_policy import __version__
from opencode_policy.cli.commands import SUMMARIES
from tests.cli import conftest
from tests.cli.conftest import Command, Engine


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(command: Command, flag: str) -> None:
    done = command(flag)
    assert (done.code, done.out, done.err) == (0, f"opencode-policy {__version__}\n", "")
    assert command(flag, "more").out == done.out


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_and_exit_code(command: Command, flag: str) -> None:
    done = command(flag)
    assert (done.code, done.err) == (0, "")
    for words in (*SUMMARIES.values(), "exit codes:", "  2    the arguments or the policy cannot be used"):
        assert words in done.out


def test_without_a_command_the_help_goes_to_standard_error(command: Command) -> None:
    done = command()
    assert (done.code, done.out) == (2, "")
    assert done.err == command("--help").out


@pytest.mark.parametrize("name", SUMMARIES)
def test_each_command_has_help_with_examples(command: Command, name: str) -> None:
    done = command(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: opencode-policy {name}")
    assert f"examples:\n  opencode-policy {name}" in done.out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["chekc"], "there is no command 'chekc'; did you mean 'check'?"),
        (["--verbose"], "there is no command '--verbose'"),
        (["check", "--rul", "x"], "there is no option '--rul'; did you mean '--rule'?"),
        (["check", "--ouptut=x"], "there is no option '--ouptut'; did you mean '--output'?"),
        (["check", "--fail-on", "warn"], "argument --fail-on: there is no 'warn'"),
        (["check", "--show", "satisfy"], "there is no 'satisfy'; did you mean 'satisfied'?"),
        (["check", "--color", "allways"], "there is no 'allways'; did you mean 'always'?"),
        (["check", "--output"], "argument --output: expected one argument"),
        (["rules", "more"], "'more' is one argument too many"),
        (["rules", "--", "more"], "'more' is one argument too many"),
        (["explain"], "the following arguments are required: RULE|REQUIREMENT"),
        (["schema", "polcy"], "there is no 'polcy'; did you mean 'policy'?"),
    ],
)
def test_wrong_usage_is_answered_with_what_would_be_right(
    command: Command, argv: list[str], message: str
) -> None:
    done = command(*argv)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("opencode-policy: ")
    assert message in done.err
    assert "--help`" in done.err


def test_an_interrupt_ends_quietly(command: Command, engine: Engine) -> None:
    engine.error = KeyboardInterrupt()
    done = command("check")
    assert (done.code, done.out, done.err) == (130, "", "")


def crash() -> Exception:
    """An error whose text quotes what it met."""
    return ValueError("met hunter2hunter2")


def test_a_crash_is_a_bug_report_without_what_it_met(command: Command, engine: Engine) -> None:
    engine.error = crash()
    done = command("check")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        f"opencode-policy: ValueError at conftest.py:{line_of_raise()} (version {__version__})\n"
        "This is a bug of opencode-policy and not of what it checks; please report it with what\n"
        "--traceback shows, after a look whether that quotes anything secret.\n"
    )


def line_of_raise() -> int:

    lines = Path(conftest.__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if "raise self.error" in line)


def test_a_traceback_is_shown_on_request(
    command: Command, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.error = crash()
    done = command("check", "--traceback")
    assert done.code == 3
    assert "Traceback (most recent call last)" in done.err
    monkeypatch.setenv("OPENCODE_POLICY_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in command("check").err


def test_messages_hold_no_control_characters(command: Command) -> None:
    done = command("\x1b[31mcheck")
    assert "\x1b" not in done.err
    assert "there is no command '\\x1b[31mcheck'" in done.err
