"""From arguments to an exit code: the one place that turns errors into one."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from opencode_policy import __version__
from opencode_policy.cli.commands import SUMMARIES, command
from opencode_policy.cli.exit_codes import (
    BROKEN,
    CLEAN,
    EPILOG,
    INTERRUPTED,
    PIPE_CLOSED,
    REFUSED,
    RefusedError,
)
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import write_text
from opencode_policy.nearest import hint
from opencode_policy.report.visible import visible

_USAGE = "usage: opencode-policy COMMAND [OPTION...] [ARGUMENT...]"


def run(argv: Sequence[str]) -> int:
    """Run a command; every error ends in a message and an exit code, none in a traceback."""
    try:
        return _dispatch(argv)
    except SystemExit as stop:  # argparse, after --help
        return stop.code if isinstance(stop.code, int) else CLEAN
    except RefusedError as error:
        return _say(str(error), REFUSED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _forget_standard_output()
    except Exception as error:  # noqa: BLE001 - the last line: a bug of the tool must say that it is one
        return _apologise(error, argv)


def _dispatch(argv: Sequence[str]) -> int:
    if not argv or argv[0] in ("-h", "--help"):
        return _show(top_help()) if argv else _say_usage()
    name, *rest = argv
    if name in ("-V", "--version"):
        return _show(f"opencode-policy {__version__}")
    if name not in SUMMARIES:
        raise RefusedError(
            f"there is no command '{name}'{hint(name, SUMMARIES)}\n{_USAGE}\nSee `opencode-policy --help`."
        )
    found = command(name)
    parser = Parser(name, found.DESCRIPTION, found.EPILOG)
    found.configure(parser)
    return found.run(parser.read(rest))


def _show(text: str) -> int:
    write_text(Target("text", STANDARD_OUTPUT), text + "\n", for_people=True)
    return CLEAN


def _say_usage() -> int:
    print(top_help(), file=sys.stderr)
    return REFUSED


def top_help() -> str:
    """What `opencode-policy --help` shows."""
    longest = max(map(len, SUMMARIES))
    commands = "\n".join(f"  {name:{longest}}  {words}" for name, words in SUMMARIES.items())
    return (
        f"{_USAGE}\n\nProves that a GitOps repository meets its written requirements.\n\n"
        f"commands:\n{commands}\n\noptions:\n"
        f"  -h, --help     show this text; `opencode-policy COMMAND --help` says more\n"
        f"  -V, --version  show the version\n\n"
        f"{EPILOG}\nexample:\n  opencode-policy check kubernetes/"
    )


def _say(message: str, code: int) -> int:
    """Print a message to standard error, line by line without control characters."""
    first, *others = message.split("\n")
    for line in (f"opencode-policy: {visible(first)}", *map(visible, others)):
        print(line, file=sys.stderr)
    return code


def _forget_standard_output() -> int:
    """Whoever read our output has left: let the interpreter's last flush go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _apologise(error: Exception, argv: Sequence[str]) -> int:
    """Name the place of a bug. The error's own text stays out, as it may quote a secret of the tree."""
    import traceback

    if "--traceback" in argv or os.environ.get("OPENCODE_POLICY_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    return _say(
        f"{type(error).__name__} at {where} (version {__version__})\n"
        "This is a bug of opencode-policy and not of what it checks; please report it with what\n"
        "--traceback shows, after a look whether that quotes anything secret.",
        BROKEN,
    )
