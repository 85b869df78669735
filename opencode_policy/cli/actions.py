"""What GitHub Actions tells a step, and how a step keeps the tree's text from being obeyed.

Source: docs.github.com, "Store information in variables" and "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import os
import re

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def running() -> bool:
    """Whether this is a step of a workflow, whose output the runner reads."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def token() -> str:
    """A word that no text of the tree can hold, as it is made now."""
    return os.urandom(16).hex()


def guarded(text: str, *, here: bool) -> str:
    """A report on standard output which the runner shows and does not obey; anything else as it is."""
    if not (here and running()):
        return text
    word = token()
    return f"::stop-commands::{word}\n{text}::{word}::\n"


def links() -> str:
    """Beginning of the address of a file at this commit; empty outside of a workflow."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    server, repository, revision = (os.environ.get(name, "") for name in names)
    if not (server.startswith("https://") and repository and _SHA.fullmatch(revision)):
        return ""
    return f"{server}/{repository}/blob/{revision}"
