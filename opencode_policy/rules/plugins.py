"""Rules of third parties, by the entry point group `opencode_policy.rules`.

Only installed distributions are asked, never the tree that is checked: a pull request must not run
code. Importing importlib.metadata costs more than a whole small check, so the distributions' own
entry_points.txt are looked through first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opencode_policy.finding import RuleFailure
from opencode_policy.lean import dataclass
from opencode_policy.rules.base import Rule
from opencode_policy.rules.stages import STAGE_RULES

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "opencode_policy.rules"


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry point of an installed distribution."""

    entry: EntryPoint
    distribution: str

    def failure(self, words: str) -> RuleFailure:
        """Why nothing came of it."""
        return RuleFailure(self.entry.name, f"its way in from the plugin {self.distribution}", words)


def installed_rules(taken: Collection[str]) -> tuple[list[type[Rule]], list[RuleFailure]]:
    """Rules that installed distributions offer, by entry point name, and what is wrong with the others.

    `taken` are ids that no plugin may use; those of the stages are taken as well.
    """
    rules: dict[str, type[Rule]] = {}
    failures: list[RuleFailure] = []
    for offer in _offers():
        try:
            found = _loaded(offer)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - one broken plugin must not stop the others
            failures.append(offer.failure(f"{type(error).__name__} on import"))
            continue
        words = _unfit(found) or _clash(found, {*taken, *STAGE_RULES, *rules})
        if words:
            failures.append(offer.failure(words))
        else:
            rules[found.id] = found
    return list(rules.values()), failures


def _unfit(found: Any) -> str:
    """Why an object cannot be used as a rule; empty if it can."""
    if not isinstance(found, type) or not issubclass(found, Rule) or found is Rule:
        return "it is no subclass of opencode_policy.rules.base.Rule"
    missing = [name for name in ("why", "fix", "good", "bad") if not hasattr(found, name)]
    return f"the class lacks {', '.join(missing)}" if missing else ""


def _clash(found: type[Rule], taken: Collection[str]) -> str:
    return f"there is a rule '{found.id}' already" if found.id in taken else ""


def _offers() -> list[Offer]:
    folders = [folder for folder in _search_path() if _offers_any(folder)]
    if not folders:
        return []
    from importlib.metadata import distributions

    found = {
        (entry.name, entry.value, item.name): Offer(entry, f"{item.name} {item.version}")
        for item in distributions(path=folders)
        for entry in item.entry_points
        if entry.group == GROUP
    }
    return [found[key] for key in sorted(found)]


def _loaded(offer: Offer) -> Any:
    with _only_installed():
        return offer.entry.load()


@contextmanager
def _only_installed() -> Iterator[None]:
    """Imports come from where distributions are installed."""
    before = sys.path[:]
    sys.path[:] = _search_path()
    try:
        yield
    finally:
        sys.path[:] = before


def _search_path() -> list[str]:
    """Folders of `sys.path` that hold installed distributions; the working directory never counts."""
    here = os.path.realpath(os.curdir)
    return [folder for folder in sys.path if folder and os.path.realpath(folder) != here]


def _offers_any(folder: str) -> bool:
    return any(_names_group(path) for path in _entry_point_files(folder))


def _entry_point_files(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - pathlib takes longer than the whole search
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            yield f"{folder}/{name}/entry_points.txt"


def _names_group(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123
            return f"[{GROUP}]" in stream.read()
    except (OSError, UnicodeDecodeError):
        return False
