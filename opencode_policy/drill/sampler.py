"""Looks at every process of a Pod, over and over, for a secret where none may be."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opencode_policy.drill.sandbox import Running

_PAUSE = 0.003
"""Seconds between two looks: a git that runs for some hundredths is seen several times."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A secret that showed: in the `arguments` or the `environment` of a program of a container."""

    container: str
    where: str
    program: str


class Sampler:
    """Watches one container until `stop`.

    `in_environment` says that its manifest puts the secret there; `pause` are the seconds between two looks.
    """

    def __init__(
        self, running: Running, needles: Sequence[bytes], *, in_environment: bool, pause: float = _PAUSE
    ) -> None:
        self._running = running
        self._needles = needles
        self._in_environment = in_environment
        self._pause = pause
        self.seen: dict[Sighting, None] = {}
        self.looks = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> list[Sighting]:
        """End, and give what was seen."""
        self._stopped.set()
        self._thread.join()
        return list(self.seen)

    def _watch(self) -> None:
        while not self._stopped.is_set():
            for pid in self._running.processes():
                self._look(pid)
                self.looks += 1
            if self._running.poll() is not None:
                return
            time.sleep(self._pause)

    def _look(self, pid: int) -> None:
        arguments = _read(pid, "cmdline")
        program = arguments.partition(b"\0")[0].decode(errors="replace").rpartition("/")[2]
        if self._holds(arguments):
            self.seen[Sighting(self._running.name, "arguments", program)] = None
        if not self._in_environment and self._holds(_read(pid, "environ")):
            self.seen[Sighting(self._running.name, "environment", program)] = None

    def _holds(self, text: bytes) -> bool:
        return any(needle in text for needle in self._needles)


def _read(pid: int, name: str) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""
