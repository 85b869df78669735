"""Which folder the policy is read from."""

from __future__ import annotations

from pathlib import Path

from opencode_policy.policy.mistakes import Mistake, PolicyError

_MARKS = ("requirements.yaml", "opencode.yaml")
"""A folder called `policies` is ours if it has one of these; other tools keep theirs in such a folder too."""


def find_policy(explicit: Path | None, tree_root: Path) -> Path:
    """Folder of the policy: the one asked for, the tree's own `policies/`, else the one shipped with us.

    Raises PolicyError when the folder asked for is none, or when the installation lacks its own.
    """
    if explicit is not None:
        if not explicit.is_dir():
            raise PolicyError([Mistake(explicit.as_posix(), "there is no such folder of policy files")])
        return explicit
    for folder in (tree_root / "policies", *_shipped()):
        if any((folder / name).is_file() for name in _MARKS):
            return folder
    raise PolicyError([Mistake("policies", "the tree has no policy, and none is installed; name one")])


def _shipped() -> tuple[Path, Path]:
    """Where the wheel keeps its copy, and where a checkout keeps the original."""
    package = Path(__file__).resolve().parent.parent
    return package / "policies", package.parent / "policies"
