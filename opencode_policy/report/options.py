"""What a caller may ask of a report."""

from __future__ import annotations

from typing import Literal

from opencode_policy.lean import dataclass

Part = Literal["satisfied", "suppressed"]
PARTS: tuple[Part, ...] = ("satisfied", "suppressed")
"""What a report leaves out unless it is asked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """`width` counts terminal cells and rules where reasons wrap; `show` names the optional parts."""

    colour: bool = False
    width: int = 100
    show: frozenset[Part] = frozenset()
