"""The state of a clone on a volume, as git sees it from outside."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CloneState:
    """`fault` says why it is no complete clone, empty for one that is; `origin` is its remote's address."""

    fault: str
    head: str = ""
    origin: str = ""


class CloneReader:
    """Runs git on clones that others may have written: nothing of their configuration is executed."""

    def __init__(self, git: str) -> None:
        self._git = git

    def state(self, folder: Path | None) -> CloneState:
        """Whether a directory holds a complete clone: a commit, all its objects, all its files."""
        if folder is None or not folder.is_dir():
            return CloneState("there is no such directory")
        if not (folder / ".git").is_dir():
            return CloneState("it is no git repository")
        head = self.run(folder, "rev-parse", "-q", "--verify", "HEAD^{commit}")
        if not head:
            return CloneState("it has no commit")
        origin = self.run(folder, "config", "--get", "remote.origin.url") or ""
        if self.run(folder, "fsck", "--connectivity-only", "--no-dangling", "--no-progress") is None:
            return CloneState("objects are missing", head, origin)
        if self.run(folder, "ls-files", "--deleted"):
            return CloneState("files of the commit are missing", head, origin)
        if not self.run(folder, "ls-files"):
            return CloneState("it has no file", head, origin)
        return CloneState("", head, origin)

    def run(self, folder: Path, *arguments: str) -> str | None:
        """Output of a git command in a clone, None where it fails."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_OPTIONAL_LOCKS": "0",
        }
        safe = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
        done = subprocess.run(  # noqa: S603 - git
            [self._git, *safe, "-C", str(folder), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=60,
        )
        return done.stdout.strip() if done.returncode == 0 else None
