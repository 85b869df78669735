"""Which commit of which repository is checked, as git knows it locally; the network is never asked."""

from __future__ import annotations

from pathlib import Path

from opencode_policy.checkout import Checkout
from opencode_policy.git.command import ask
from opencode_policy.git.error import GitError
from opencode_policy.repository_url import parse_repository_url


def line(folder: Path, *arguments: str) -> str:
    """The only line that a git command prints; empty where it refuses or prints none."""
    try:
        return ask(folder, *arguments).decode(errors="replace").strip()
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
