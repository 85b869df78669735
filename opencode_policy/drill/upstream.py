"""Repositories made for a run, under the names that the policy's workspaces have."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_NAMES = ("README.md", "apps/one.yaml", "apps/two.yaml", "docs/notes.md", "scripts/run.sh")
_SIZE = 60_000
"""Bytes of incompressible text in one file: enough that a clone can be cut in its midst."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """One bare repository of the server."""

    git: str
    folder: Path
    work: Path

    @classmethod
    def make(cls, git: str, root: Path, url: str) -> Upstream:
        """A repository with three commits at the path of a URL."""
        path = urlsplit(url).path.strip("/")
        made = cls(git, root / path, root.parent / "work" / path)
        made.work.mkdir(parents=True)
        made.folder.parent.mkdir(parents=True, exist_ok=True)
        made._git("init", "-q", "-b", "main")
        for number in range(3):
            made.commit(f"change {number}")
        made._run(made.work, "clone", "-q", "--bare", str(made.work), str(made.folder))
        made._git("remote", "add", "origin", str(made.folder))
        return made

    def commit(self, message: str) -> str:
        """Commit new content of every file; gives the commit. `publish` makes it seen."""
        source = random.Random(message)  # noqa: S311 - the content of a test file
        for name in _NAMES:
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{message}\n{source.randbytes(_SIZE // 2).hex()}\n")
        self._git("add", "--all")
        author = ["-c", "user.name=drill", "-c", "user.email=drill@example.org", "-c", "commit.gpgsign=false"]
        self._git(*author, "commit", "-q", "-m", message)
        return self.head()

    def publish(self) -> None:
        """Push to the bare repository, whatever it holds."""
        self._git("push", "-q", "--force", "origin", "main")

    def head(self) -> str:
        """The newest commit of the working copy."""
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        return self._run(self.work, *arguments)

    def _run(self, folder: Path, *arguments: str) -> str:
        environment = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
        command = [self.git, *arguments]
        done = subprocess.run(  # noqa: S603 - git
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout.strip()
