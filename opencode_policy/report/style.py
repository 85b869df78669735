"""Colour in a terminal, and whether it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from opencode_policy.finding import Severity, Status

ColourChoice = Literal["auto", "always", "never"]
COLOUR_CHOICES: tuple[ColourChoice, ...] = ("auto", "always", "never")

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "1;32",
    "yellow": "1;33",
    "blue": "1;34",
    "cyan": "1;36",
}
OF_SEVERITY: Mapping[Severity, str] = {"error": "red", "warning": "yellow", "info": "cyan"}
OF_STATUS: Mapping[Status, str] = {
    "satisfied": "green",
    "violated": "red",
    "not-applicable": "dim",
    "not-checked": "yellow",
}


def colour_wanted(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to colour: the flag decides, then NO_COLOR, then the FORCE variables, then the terminal.

    NO_COLOR counts when it is not empty (no-color.org), FORCE_COLOR and CLICOLOR_FORCE unless they are
    empty or 0 (force-color.org, bixense.com/clicolors).
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environ.get("TERM") != "dumb"


class Style:
    """Paints a text, or leaves it as it is when colour is off."""

    __slots__ = ("_enabled",)

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled

    def __call__(self, text: str, colour: str | None) -> str:
        """The text in a colour of `_CODES`; unchanged for None or an empty text."""
        if not (self._enabled and colour and text):
            return text
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"
