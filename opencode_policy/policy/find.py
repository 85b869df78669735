"""Which folder the policy is read from."""

from __future__ import annotations

from pathlib import Path

from opencode_policy.policy.mistakes import Mistake, PolicyError

_MARKS = ("requirements.yaml", "opencode.yaml")
"""A folder called `policies` is ours if it has one of these; other tools keep theirs in such a folder too."""


def find_policy(explicit: Path | None, tree_root: Path) -> Path | None:
    """Folder of the policy: the one asked for, else the tree's own `policies/`; None where it has none.

    Raises PolicyError when the folder asked for is none.
    """
    if explicit is not None:
        if not explicit.is_dir():
            raise PolicyError([Mistake(explicit.as_posix(), "there is no such folder of policy files")])
        return explicit
    own = tree_root / "policies"
    return own if _is_policy(own) else None


def installed_policy() -> Path | None:
    """Folder of the policy that is installed with the tool, or that a checkout of it holds."""
    package = Path(__file__).resolve().parent.parent
    return next(filter(_is_policy, (package / "policies", package.parent / "policies")), None)


def _is_policy(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _MARKS)
