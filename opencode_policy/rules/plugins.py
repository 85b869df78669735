"""Rules of third parties, by the entry point group `opencode_policy.rules`.

Only installed distributions are asked, never the tree that is checked: a pull request must not run
code. Importing importlib.metadata costs more than a whole small check, so the distributions' own
entry_points.txt are looked through first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from opencode_policy.rules.base import Rule

GROUP = "opencode_policy.rules"


def installed_rules() -> list[type[Rule]]:
    """Rule classes that installed distributions offer, by entry point name."""
    if not any(_offers(folder) for folder in _search_path()):
        return []
    from importlib.metadata import entry_points

    found = [entry.load() for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)]
    return [rule for rule in found if isinstance(rule, type) and issubclass(rule, Rule)]


def _search_path() -> list[str]:
    """Folders of `sys.path` that hold installed distributions; the working directory never counts."""
    here = os.path.realpath(os.curdir)
    return [folder for folder in sys.path if folder and os.path.realpath(folder) != here]


def _offers(folder: str) -> bool:
    return any(_names_group(path) for path in _entry_point_files(folder))


def _entry_point_files(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - thousands of names; paths are several times slower
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            yield f"{folder}/{name}/entry_points.txt"


def _names_group(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - as above
            return f"[{GROUP}]" in stream.read()
    except (OSError, UnicodeDecodeError):
        return False
