"""The state of a shell while it is followed, with branches that cost what they change.

All of it is one mapping from `Key` to cells that are never mutated. A branch begins with a mark; what was
changed since can be taken out, undone, and merged with what other branches changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from opencode_policy.taint.cells import Key, Variable, join_cells, widened

Changes = dict[Key, Any]
"""Cells that differ from some earlier state, by key."""

PERSISTENT = frozenset({"file", "stream"})
"""Kinds of cells that outlive the process which changes them."""


class State:
    """Cells by key. `default` gives the cell that was never filled; `alive` is False behind an `exit`."""

    def __init__(self, default: Callable[[Key], Any]) -> None:
        self.alive = True
        self._default = default
        self._cells: dict[str, dict[str, Any]] = {}
        self._logs: list[Changes] = []
        self.tainted: dict[str, Variable] = {}
        """Variables that hold a secret, by name."""

    def get(self, key: Key) -> Any:
        """The cell's content."""
        found = self._found(key)
        return self._default(key) if found is None else found

    def set(self, key: Key, cell: Any) -> None:
        """Fill the cell; None empties it."""
        if self._logs:
            self._logs[-1].setdefault(key, self._found(key))
        self._put(key, cell)

    def of_kind(self, kind: str) -> list[tuple[str, Any]]:
        """Filled cells of a kind, by name."""
        return list(self._cells.get(kind, {}).items())

    def _found(self, key: Key) -> Any:
        named = self._cells.get(key.kind)
        return None if named is None else named.get(key.name)

    def _put(self, key: Key, cell: Any) -> None:
        named = self._cells.setdefault(key.kind, {})
        if cell is None:
            named.pop(key.name, None)
        else:
            named[key.name] = cell
        if key.kind == "variable":
            if cell is not None and cell.value.flows:
                self.tainted[key.name] = cell
            else:
                self.tainted.pop(key.name, None)

    def mark(self) -> int:
        """Begin a branch."""
        self._logs.append({})
        return len(self._logs) - 1

    def changes(self, mark: int) -> Changes:
        """What was changed since a mark."""
        keys = {key: None for log in self._logs[mark:] for key in log}
        return {key: self._found(key) for key in keys}

    def undo(self, mark: int) -> None:
        """Go back to the state at the mark, and end the branch."""
        while len(self._logs) > mark:
            for key, cell in self._logs.pop().items():
                self._put(key, cell)

    def again(self, mark: int) -> None:
        """Go back to the state at the mark, and begin the branch once more."""
        self.undo(mark)
        self.mark()

    def keep(self, mark: int) -> None:
        """End the branch and keep what it changed."""
        while len(self._logs) > mark:
            log = self._logs.pop()
            if self._logs:
                for key, old in log.items():
                    self._logs[-1].setdefault(key, old)

    def merge(self, branches: list[Changes], *, wide: bool = False) -> bool:
        """Become what one of the branches made of this state, and tell whether that changes anything.

        Without any branch nothing comes behind: the state is no longer alive. With `wide`, what changes
        is kept as one text, so that a loop which builds something up comes to an end.
        """
        self.alive = bool(branches)
        changed = False
        for key in dict.fromkeys(key for branch in branches for key in branch):
            now = self.get(key)
            cells = [self._or_default(key, branch[key]) if key in branch else now for branch in branches]
            cell = join_cells(key.kind, cells)
            if wide and cell != now:
                cell = widened(cell)
            if cell != now:
                self.set(key, cell)
                changed = True
        return changed

    def apply(self, changes: Iterable[tuple[Key, Any]]) -> None:
        """Set cells to what they were changed to."""
        for key, cell in changes:
            self.set(key, cell)

    def _or_default(self, key: Key, cell: Any) -> Any:
        return self._default(key) if cell is None else cell


def persistent(changes: Changes) -> Changes:
    """What remains of the changes when the process that made them has ended."""
    return {key: cell for key, cell in changes.items() if key.kind in PERSISTENT}
