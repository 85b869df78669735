"""How far a long run has come: one line on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import time

_EVERY = 0.1
"""Seconds between two drawings."""

_BAR = 30


class Progress:
    """A bar that is drawn over itself, and is gone at the end; nothing at all where no terminal is."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._next = 0.0
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Say that so many of all are done."""
        now = time.monotonic()
        if not self._shown or (now < self._next and done < total):
            return
        self._next = now + _EVERY
        filled = _BAR * done // max(total, 1)
        line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {total} {self._noun}"
        self._draw(line)

    def clear(self) -> None:
        """Take the bar away."""
        if self._width:
            self._draw("")
            sys.stderr.write("\r")

    def _draw(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)
