"""What differs between the major versions of the chart whose values are understood here."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """One major version: the label by which it selects pods, and what it does without being told.

    `renders_all` tells that every string of the values is a template, not only some of them; `mounts_token`
    that pods mount the token of their account; `makes_account` that a release has an account of its own.
    """

    major: int
    controller_label: str
    mounts_token: bool
    makes_account: bool
    renders_all: bool


OLDEST, NEWEST = 3, 5
EDITIONS: Mapping[int, Edition] = {
    3: Edition(3, "app.kubernetes.io/component", True, False, False),
    4: Edition(4, "app.kubernetes.io/controller", True, False, False),
    5: Edition(5, "app.kubernetes.io/controller", False, True, True),
}
"""By major version (the chart's upgrade instructions, and the library's `values.yaml` of each)."""
ASSUMED = EDITIONS[4]
"""What is taken where the version is not known."""
