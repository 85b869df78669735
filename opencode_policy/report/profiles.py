"""What each consumer of a log shall find in it."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`suppressed` and `passing` say which results belong into the log besides those that count.

    `results` is the most that a consumer takes of one run, `size` the most bytes of the file as it is.
    None stands for no limit.
    """

    suppressed: bool = False
    passing: bool = False
    results: int | None = None
    size: int | None = None


PROFILES: Mapping[str, Profile] = {
    # GitHub rejects more results, and opens alerts for suppressed and for passing ones.
    "github": Profile(results=25_000),
    # The record of an audit.
    "full": Profile(suppressed=True, passing=True),
    # GitLab counts the bytes of the artifact uncompressed: 10 MB.
    "gitlab": Profile(results=5_000, size=9_000_000),
    # The viewer of Azure DevOps heeds suppressions.
    "azure": Profile(suppressed=True, results=25_000),
}
DEFAULT = "github"
