"""What real shells say: the reference that the parser is held against."""

from __future__ import annotations

import shutil
import subprocess

import pytest

SHELLS = [
    pytest.param([path, *rest], id=name)
    for name, (path, *rest) in {
        "dash": (shutil.which("dash"),),
        "busybox": (shutil.which("busybox"), "sh"),
        "bash": (shutil.which("bash"), "--posix"),
    }.items()
    if path
]


def arguments(shell: list[str], words: str) -> list[str]:
    """The arguments that a shell makes of words."""
    script = f"set -- {words}\nfor word do printf '%s\\0' \"$word\"; done\n"
    done = subprocess.run([*shell, "-f", "-c", script], capture_output=True, check=True, timeout=20)
    return done.stdout.decode().split("\0")[:-1]


def accepts(shell: list[str], script: str) -> bool:
    """Whether a shell finds no mistake in the syntax of a script; it runs nothing."""
    done = subprocess.run([*shell, "-n"], input=script.encode(), capture_output=True, check=False, timeout=20)
    return done.returncode == 0 and not done.stderr
