"""What a caller may ask of a report."""

from __future__ import annotations

from typing import Literal

from opencode_policy.checkout import Checkout
from opencode_policy.lean import dataclass

Part = Literal["satisfied", "suppressed"]
PARTS: tuple[Part, ...] = ("satisfied", "suppressed")
"""What a report leaves out unless it is asked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """`width` counts terminal cells and rules where reasons wrap; `show` names the optional parts.

    `profile` and `category` are those of the SARIF log, `checkout` what git says of the tree. `links` is
    the beginning of an address at which a file of the tree can be seen, empty where there is none; `token`
    a word that nobody can foresee, for a guard around text of the tree.
    """

    colour: bool = False
    width: int = 100
    show: frozenset[Part] = frozenset()
    profile: str = "github"
    category: str = ""
    checkout: Checkout | None = None
    links: str = ""
    token: str = ""
