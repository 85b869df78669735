"""What git says of the tree that is checked."""

from __future__ import annotations

from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class Checkout:
    """Address of the repository without credentials, the commit that is checked out, and its branch.

    `branch` is empty where none is checked out.
    """

    repository: str
    revision: str
    branch: str = ""
