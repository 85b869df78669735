"""Drills as commands start them: what the user chose, and progress on the terminal."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.drill.run import Drilling
from opencode_policy.drill.table import drills
from opencode_policy.nearest import hint


class Progress:
    """One line for each drill that ends; on a terminal also a line that tells what runs just now."""

    def __init__(self) -> None:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._lock = threading.Lock()

    def __call__(self, drill: str, workspace: str, words: str) -> None:
        """Say what is going on in a workspace."""
        passing = words == "runs" or not drill
        if passing and not self._terminal:
            return
        with self._lock:
            line = f"{workspace}: {drill} {words}".replace(":  ", ": ")
            clear = "\r\x1b[K" if self._terminal else ""
            sys.stderr.write(f"{clear}{line}" + ("" if passing else "\n"))
            sys.stderr.flush()


def every_drill() -> Drilling:
    """All drills, for a check that includes them."""
    return Drilling(say=Progress(), alone=False)


def chosen(arguments: Namespace) -> Drilling:
    """The drills that the arguments ask for; raises RefusedError for what does not exist."""
    valid = drills()
    for name in arguments.only or ():
        if name not in valid:
            raise RefusedError(f"there is no drill '{name}'{hint(name, valid)}")
    keep = Path(arguments.keep) if arguments.keep else None
    if keep is not None and keep.exists():
        raise RefusedError(f"'{keep}' exists already; --keep wants a new folder")
    return Drilling(
        only=arguments.only,
        workspaces=arguments.workspace,
        programs=dict(map(_program, arguments.program)),
        keep=keep,
        engine="" if arguments.backend == "bubblewrap" else arguments.backend,
        say=Progress(),
    )


def _program(given: str) -> tuple[str, Path]:
    name, equals, path = given.partition("=")
    if not equals or not path:
        raise RefusedError(f"--program wants NAME=PATH, not '{given}'")
    return name, Path(path).absolute()


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the command like Ctrl-C, so that it tidies up."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
