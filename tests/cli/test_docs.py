"""docs/exit-codes.md and the help say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from opencode_policy.cli import exit_codes

DOC = Path(__file__).parents[2].joinpath("docs/exit-codes.md").read_text(encoding="utf-8")


def test_every_exit_code_is_documented() -> None:
    codes = {value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", DOC, re.MULTILINE)} == codes


def test_the_help_names_those_of_a_check() -> None:
    assert re.findall(r"^  (\d)    ", exit_codes.EPILOG, re.MULTILINE) == ["0", "1", "2", "3"]
