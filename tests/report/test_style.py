from __future__ import annotations

import pytest

from opencode_policy.report.style import Style, colour_wanted


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, True, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_who_decides_about_colour(choice: str, environ: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert colour_wanted(choice, environ, terminal=terminal) is wanted


def test_painting() -> None:
    assert Style(enabled=True)("x", "red") == "\x1b[1;31mx\x1b[0m"
    assert Style(enabled=True)("x", None) == "x"
    assert Style(enabled=True)("", "red") == ""
    assert Style(enabled=False)("x", "red") == "x"
