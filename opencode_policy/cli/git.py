"""What the git command says of the tree: always asked locally, never the network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from opencode_policy.checkout import Checkout
from opencode_policy.repository_url import parse_repository_url

_SECONDS = 60
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
"""The configuration of a repository may name programs; none of them is started."""


class GitError(Exception):
    """git could not be started, or refused; the text is the last line of what it said."""


def git(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> bytes:
    """Standard output of a git command in a folder. Raises GitError."""
    variables = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(environment or {})}
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            ["git", *_SAFE, *arguments],  # noqa: S607 - whichever git the user has
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise GitError(f"git cannot be started: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git did not end within {_SECONDS} seconds") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise GitError(said[-1].removeprefix("fatal: "))
    return done.stdout


def line(folder: Path, *arguments: str) -> str:
    """The only line that a git command prints; empty where it refuses or prints none."""
    try:
        return git(folder, *arguments).decode(errors="replace").strip()
    except GitError:
        return ""


def checkout(folder: Path) -> Checkout | None:
    """Which commit of which repository a folder shows; None where git cannot tell both.

    An address that is a path of this machine is none, and credentials in one are left out.
    """
    revision = line(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    address = parse_repository_url(line(folder, "config", "--get", "remote.origin.url")) if revision else None
    if address is None or address.scheme == "file":
        return None
    host = address.host.rpartition("@")[2]
    branch = line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    return Checkout(f"{address.scheme}://{host}/{address.path}", revision, branch)
