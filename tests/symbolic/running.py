"""Run a script for its output: symbolically, and by a shell."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from opencode_policy.shell.calls import run
from opencode_policy.shell.commands_run import statements_of
from opencode_policy.source import Source
from opencode_policy.symbolic.events import Code
from opencode_policy.symbolic.execution import execute_all
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.places import Layout
from opencode_policy.symbolic.state import BUFFER, State

DASH = shutil.which("dash") or "/bin/sh"
BUSYBOX = shutil.which("busybox")

VARIABLES = {"HOME": "/home/user", "URL": "https://github.com/example/notes.git", "EMPTY": ""}
"""The environment of every script of these tests."""


def endings(
    script: str, variables: dict[str, str] | None = None, machine: Machine | None = None
) -> tuple[Machine, list[State]]:
    """All paths of a script, with what each prints in its buffer."""
    machine = machine or Machine(Layout())
    given = {**VARIABLES, **(variables or {})}
    state = State(
        Code(script, Source("script", script)),
        "script",
        variables=dict(given),
        exported=frozenset(given),
        sink=BUFFER,
    )
    return machine, run(execute_all(machine, statements_of(script), [state]))


def simulated(script: str) -> tuple[str, int | None]:
    """Output and exit status of a script that has one path."""
    machine, states = endings(script)
    assert len(states) == 1, f"{len(states)} paths"
    assert not machine.overflow
    return states[0].buffer, states[0].status


def real(script: str, folder: Path, *, busybox: bool = False) -> tuple[str, int]:
    """Output and exit status of a script under dash, or busybox."""
    program = [BUSYBOX or "busybox", "sh"] if busybox else [DASH]
    environment = {**VARIABLES, "PATH": "/usr/bin:/bin"}
    found = subprocess.run(
        [*program, "-c", script, "script"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        timeout=20,
    )
    return found.stdout, found.returncode
