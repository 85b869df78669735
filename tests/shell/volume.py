"""A pod for a test's script: simulated, and run for real by dash with git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from opencode_policy.boot.boots import Boots, boots_of
from opencode_policy.rules.base import Example
from opencode_policy.testing import example_tree

DASH = shutil.which("dash") or "/bin/sh"
GIT = shutil.which("git") or "/usr/bin/git"

_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}
spec:
  template:
    spec:
      initContainers:
        - name: prepare
          image: example.org/git
          command:
            - sh
            - -c
            - |
SCRIPT
          env:
            - {name: HOME, value: /home/user}
            - {name: REPO_URL, value: "https://github.com/example/notes.git"}
            - {name: REPO_DIR, value: /workspace/notes}
          volumeMounts:
            - {name: data, mountPath: /workspace, subPath: workspace}
            - {name: data, mountPath: /home/user, subPath: home}
      containers:
        - name: server
          image: example.org/server
          args: [serve]
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: demo}
"""


def boots_with(script: str) -> Boots:
    """The boots of a pod whose init container runs a script."""
    indented = "".join(f"              {line}\n" if line else "\n" for line in script.splitlines())
    tree = example_tree(Example("test", _POD.replace("SCRIPT\n", indented)))
    boots = boots_of(tree.workspaces[0])
    assert boots is not None
    return boots


class Volume:
    """A volume on disk, a remote repository, and a git that writes down what it is asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clone = folder / "workspace" / "notes"
        self.remote = folder / "remote"
        self.log = folder / "log"
        self._environment = {
            "HOME": str(folder / "home"),
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "REPO_URL": f"file://{self.remote}",
            "REPO_DIR": str(self.clone),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self._make_remote()
        self._make_git()
        self.empty()

    def _make_remote(self) -> None:
        self._git("init", "-q", "-b", "main", str(self.remote))
        (self.remote / "README.md").write_text("notes\n")
        self._git("-C", str(self.remote), "add", ".")
        self._git(
            "-C", str(self.remote), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first"
        )

    def _make_git(self) -> None:
        (self.folder / "bin").mkdir()
        wrapper = self.folder / "bin" / "git"
        wrapper.write_text(f'#!/bin/sh\necho "$@" >>{self.log}\nexec {GIT} "$@"\n')
        wrapper.chmod(0o755)

    def _git(self, *arguments: str) -> None:
        environment = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(self.folder)}
        subprocess.run([GIT, *arguments], check=True, capture_output=True, env=environment)

    def empty(self) -> None:
        """As when the volume is new."""
        for name in ("workspace", "home"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir()
        self.log.write_text("")

    def boot(self, script: str) -> int:
        """Run the script; returns its exit status."""
        self.log.write_text("")
        found = subprocess.run(
            [DASH, "-c", script],
            check=False,
            capture_output=True,
            env=self._environment,
            cwd=self.folder,
            timeout=60,
        )
        return found.returncode

    @property
    def whole(self) -> bool:
        """Whether there is a complete clone."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        found = subprocess.run(
            [GIT, "--git-dir", str(self.clone / ".git"), "rev-parse", "-q", "--verify", "HEAD"],
            check=False,
            capture_output=True,
            env=environment,
        )
        return found.returncode == 0 and (self.clone / "README.md").exists()

    def calls(self, *subcommands: str) -> list[str]:
        """Lines of the log that call one of some subcommands."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if set(subcommands) & set(line.split())]

    def break_off(self, path: Path) -> None:
        """A clone as a kill in the midst of it leaves it: no commit yet."""
        shutil.rmtree(path, ignore_errors=True)
        self._git("init", "-q", "-b", "main", str(path))
        self._git("-C", str(path), "remote", "add", "origin", f"file://{self.remote}")
