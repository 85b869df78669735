"""The repositories that the test server offers."""

from __future__ import annotations

import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str) -> str:
    """Runs git in `folder` as an ordinary user of it would; gives what it prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **IDENTITY}
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Upstream:
    """A bare repository with a branch `main`, and a clone of it to make commits in."""

    bare: Path
    work: Path

    @property
    def name(self) -> str:
        return self.bare.name

    @property
    def head(self) -> str:
        return git(self.bare, "rev-parse", "main")

    def commit(self, **files: str) -> str:
        """Commits `files` (dots in names written as __) and publishes the commit; gives its id."""
        for name, content in files.items():
            (self.work / name.replace("__", ".")).write_text(content)
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "-m", "change")
        git(self.work, "push", "-q", "origin", "main")
        return self.head


def make_upstream(folder: Path, name: str = "k8s-cluster.git") -> Upstream:
    """A repository of about 400 KB that does not compress, so that a transfer takes a while."""
    bare = folder / name
    work = folder / "upstream-work"
    bare.mkdir(parents=True)
    git(bare, "init", "-q", "--bare", "-b", "main")
    git(folder, "clone", "-q", str(bare), str(work))
    git(work, "checkout", "-q", "-B", "main")
    upstream = Upstream(bare, work)
    (work / "blob").write_bytes(random.Random(1).randbytes(400_000))
    upstream.commit(README="first\n")
    upstream.commit(README="second\n")
    return upstream
