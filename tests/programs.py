"""Programs that the suite runs for real, where `tests/install-programs` has put them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opencode-policy-tests"
"""Folder of programs that no package of Debian or Python has."""


def program(name: str) -> str | None:
    """Path of a program of the cache, else of the search path; None where neither has it."""
    own = CACHE / "bin" / name
    return str(own) if own.exists() else shutil.which(name)
