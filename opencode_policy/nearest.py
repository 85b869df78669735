"""The name that was probably meant: for hints in messages."""

from __future__ import annotations

from collections.abc import Iterable

CUTOFF = 0.75
"""How alike two names must be, from 0 to 1, before one is offered for the other."""


def nearest(name: str, names: Iterable[str], *, cutoff: float = CUTOFF) -> str | None:
    """The name most like this one; a name that differs only in case, hyphens or underscores wins."""
    known = list(dict.fromkeys(names))
    folded = _fold(name)
    for other in known:
        if _fold(other) == folded:
            return other
    import difflib  # only now: a run without a mistake needs no hint

    close = difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    return close[0] if close else None


def hint(name: str, names: Iterable[str], *, cutoff: float = CUTOFF) -> str:
    """`; did you mean 'x'?`, or nothing when no name is near."""
    close = nearest(name, names, cutoff=cutoff)
    return f"; did you mean '{close}'?" if close else ""


def _fold(name: str) -> str:
    return name.strip().lower().replace("-", "").replace("_", "").replace(".", "")
