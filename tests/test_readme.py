"""README shows what the tool prints."""

from __future__ import annotations

from tests import readme


def test_the_outputs_in_the_readme_are_current() -> None:
    assert readme.README.read_text(encoding="utf-8") == readme.current()
