"""A workspace volume and what boots from it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .githost import GitHost
from .places import INIT_WORKSPACE
from .repository import git
from .shells import Shell


@dataclass(slots=True)
class Volume:
    """The two directories that the pod mounts, and the variables it is started with."""

    root: Path
    shell: Shell
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def clone(self) -> Path:
        return self.root / "workspace" / "k8s-cluster"

    @property
    def partial(self) -> Path:
        return self.clone.with_name("k8s-cluster.partial")

    @property
    def login(self) -> Path:
        return self.home / ".local" / "share" / "opencode" / "auth.json"

    def environment(self, **changes: str | None) -> dict[str, str]:
        """The variables of the init container; None takes one away."""
        merged = {
            "PATH": self.shell.path,
            "HOME": str(self.home),
            "REPO_DIR": str(self.clone),
            "TMPDIR": str(self.root / "tmp"),
            **self.variables,
            **changes,
        }
        return {name: value for name, value in merged.items() if value is not None}

    def boot(self, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """Runs the init script to its end."""
        command = [self.shell.program, str(INIT_WORKSPACE)]
        environment = self.environment(**changes)
        return subprocess.run(
            command, env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=60
        )

    def seed(self, content: str | bytes) -> None:
        """Sets the content of the Secret's login."""
        path = self.root / "secret-login"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.variables["COPILOT_SEED"] = str(path)

    def files(self) -> dict[str, str]:
        """Every file that persists: its mode, and a hash of what it holds."""
        found: dict[str, str] = {}
        for path in [*files_below(self.home), *files_below(self.clone.parent)]:
            content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            found[str(path.relative_to(self.root))] = f"{path.lstat().st_mode:o} {digest}"
        return found

    def contains(self, needles: list[bytes]) -> list[str]:
        """The files that hold one of `needles`, in their content or their name."""
        return [
            str(path)
            for path in files_below(self.root)
            if any(needle in path.read_bytes() or needle.decode() in str(path) for needle in needles)
        ]

    def assert_whole(self, head: str) -> None:
        """The clone is complete: all objects, every file, at `head`."""
        assert git(self.clone, "rev-parse", "HEAD") == head
        assert git(self.clone, "status", "--porcelain") == ""
        git(self.clone, "fsck", "--full", "--strict")
        assert not self.partial.exists()


def files_below(top: Path) -> list[Path]:
    """Every file and link, in folders that are not links themselves."""
    return [Path(folder) / name for folder, _, names in os.walk(top) for name in names]


def make_volume(root: Path, shell: Shell, host: GitHost, repository: str) -> Volume:
    """An empty volume, as at the very first boot."""
    volume = Volume(root, shell)
    for folder in (volume.home, volume.clone.parent, root / "tmp"):
        folder.mkdir(parents=True)
    volume.variables = {
        "REPO_URL": host.url(repository),
        "GITHUB_TOKEN": host.token,
        "GIT_SSL_CAINFO": str(host.certificate),
    }
    return volume
