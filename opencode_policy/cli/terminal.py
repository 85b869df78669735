"""What is known of the terminal behind standard output."""

from __future__ import annotations

import os
import sys

from opencode_policy.report.style import colour_wanted

DEFAULT_WIDTH = 100
"""Cells of a line where there is no terminal to ask."""

_NARROWEST, _WIDEST = 40, 140


def colour(choice: str, *, standard_output: bool = True) -> bool:
    """Whether to colour what goes to standard output, or to a file, where only `always` does."""
    if not standard_output:
        return choice == "always"
    return colour_wanted(choice, os.environ, terminal=_is_terminal())


def width() -> int:
    """Cells of a line: COLUMNS, else what the terminal says; very wide lines are hard to read."""
    columns = os.environ.get("COLUMNS", "")
    found = int(columns) if columns.isdecimal() and int(columns) else _terminal_width()
    return min(max(found, _NARROWEST), _WIDEST)


def _terminal_width() -> int:
    if not _is_terminal():
        return DEFAULT_WIDTH
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_WIDTH
    except OSError:
        return DEFAULT_WIDTH


def _is_terminal() -> bool:
    """Whether there is a standard output, and it is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()
