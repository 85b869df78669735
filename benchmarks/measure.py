"""Run processes by turns and take their wall time and peak memory."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MAXRSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in one unit of ru_maxrss: it counts bytes on macOS and kibibytes on Linux."""


class CannotRunError(Exception):
    """A process ended in a way that makes its time worthless; the message says how."""


@dataclass(frozen=True, slots=True)
class Command:
    """A process to measure.

    With `may_find`, exit code 1 is a run as well, provided that the process printed something: Python
    itself ends with 1 when it cannot find a module, but says so on the error stream alone.
    """

    label: str
    arguments: tuple[str, ...]
    folder: Path
    may_find: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Wall time in seconds and peak resident memory in bytes of one process."""

    seconds: float
    memory: int


def measure(command: Command) -> Run:
    """One run of the process. Raises CannotRunError with what the process said last."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if code and not (command.may_find and code == 1 and output.seek(0, os.SEEK_END)):
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip()
            raise CannotRunError(f"{command.label}: exit code {code}\n{said}")
    return Run(seconds, usage.ru_maxrss * _MAXRSS_UNIT)


def environment() -> dict[str, str]:
    """The variables of this process, but Python keeps its bytecode.

    Packages that pip installed have theirs; without it the check alone would be compiled on every run.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def by_turns(commands: Sequence[Command], rounds: int) -> dict[str, list[Run]]:
    """The runs of each command by label, after one run of each that does not count.

    Every round runs all of them, in an order that turns from round to round, so that a change in the
    machine's pace meets them all alike.
    """
    for command in commands:
        measure(command)
    runs: dict[str, list[Run]] = {command.label: [] for command in commands}
    for number in range(rounds):
        turn = number % len(commands)
        for command in (*commands[turn:], *commands[:turn]):
            runs[command.label].append(measure(command))
    return runs


def own_memory() -> int:
    """Peak memory of this process in bytes: on Linux the floor of what a child can be seen to use."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT


@dataclass(frozen=True, slots=True)
class Goal:
    """What a number should stay below, and the number of every round."""

    name: str
    unit: str
    target: float
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def reached(self) -> bool:
        return self.median <= self.target


def ratios(runs: Mapping[str, Sequence[Run]], label: str, base: str) -> tuple[float, ...]:
    """Wall time of one command over that of another, round by round."""
    return tuple(one.seconds / other.seconds for one, other in zip(runs[label], runs[base], strict=True))
