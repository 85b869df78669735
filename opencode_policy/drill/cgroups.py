"""Memory and CPU limits of a container by a control group, where this user may make one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PERIOD = 100_000


@dataclass(frozen=True, slots=True)
class Usage:
    """What a group came to: peak of memory in bytes, and how often the kernel killed in it."""

    peak: int
    kills: int


class Group:
    """A control group, of version 1 or 2; leave it by `close`."""

    def __init__(self, folders: Sequence[Path], *, unified: bool) -> None:
        self._folders = folders
        self._unified = unified

    @classmethod
    def make(cls, name: str, memory: int | None, cpu: float | None) -> Group | None:
        """A new group with limits; None where this user or this machine has none to give."""
        unified = (_ROOT / "cgroup.controllers").exists()
        parents = [_ROOT] if unified else [_ROOT / "memory", _ROOT / "cpu"]
        folders = [parent / f"{name}-{os.getpid()}" for parent in parents]
        group = cls(folders, unified=unified)
        try:
            for folder in folders:
                folder.mkdir()
            group._limit(memory, cpu)
        except OSError:
            group.close()
            return None
        return group

    def _limit(self, memory: int | None, cpu: float | None) -> None:
        if self._unified:
            self._write(0, "memory.max", memory)
            self._write(0, "cpu.max", None if cpu is None else f"{int(cpu * _PERIOD)} {_PERIOD}")
            return
        self._write(0, "memory.limit_in_bytes", memory)
        self._write(1, "cpu.cfs_period_us", None if cpu is None else _PERIOD)
        self._write(1, "cpu.cfs_quota_us", None if cpu is None else int(cpu * _PERIOD))

    def _write(self, folder: int, name: str, value: object) -> None:
        if value is not None:
            (self._folders[folder] / name).write_text(str(value))

    def add(self, pids: Sequence[int]) -> bool:
        """Put processes in; whether all could be."""
        try:
            for folder in self._folders:
                for pid in pids:
                    (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            return False
        return True

    def usage(self) -> Usage:
        """What it has used so far."""
        folder = self._folders[0]
        peak = _number(folder / ("memory.peak" if self._unified else "memory.max_usage_in_bytes"))
        events = folder / ("memory.events" if self._unified else "memory.oom_control")
        return Usage(peak, _entry(events, "oom_kill"))

    def close(self) -> None:
        """Remove it; its processes must be gone, which may take the kernel a moment."""
        for folder in self._folders:
            for _ in range(20):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                if not folder.exists():
                    break
                time.sleep(0.05)


def _number(path: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text())
    return 0


def _entry(path: Path, name: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            if line.split()[0] == name:
                return int(line.split()[1])
    return 0
