"""The shells that the scripts have to run under, each with the commands it would find in its image."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell: `path` is the PATH its scripts see, `program` the interpreter itself."""

    name: str
    path: str
    program: str


def make_shell(name: str, folder: Path) -> Shell:
    """Builds the PATH of `name` (dash or busybox) below `folder`; skips when it is not installed."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    folder.mkdir()
    if name == "busybox":
        return _busybox(program, folder)
    (folder / "sh").symlink_to(program)
    return Shell(name, f"{folder}:/usr/bin:/bin", str(folder / "sh"))


def _busybox(program: str, folder: Path) -> Shell:
    """Busybox's applets plus git and ldd, and nothing else: as in the alpine/git image."""
    applets = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.split()
    for applet in applets:
        (folder / applet).symlink_to(program)
    for other in ("git", "ldd"):
        real = shutil.which(other)
        assert real, f"{other} is needed"
        (folder / other).symlink_to(real)
    return Shell("busybox", str(folder), str(folder / "sh"))
