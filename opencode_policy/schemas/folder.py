"""Where imported schemas are kept."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """The user's own folder of schemas: below `$XDG_CACHE_HOME`, else below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    cache = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return cache / "opencode-policy" / "schemas"
