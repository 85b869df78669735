"""One container in bubblewrap, seen from the machine."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from opencode_policy.drill.processes import all_processes, children_of, namespace

_START_SECONDS = 20


class BubblewrapContainer:
    """One container, seen from the machine: nsenter, then bubblewrap, then the program."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, network: str) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._network = network
        self._main: int | None = None
        self._mounts = ""

    @property
    def main(self) -> int | None:
        """Process id of its first process, None while or when there is none."""
        deadline = time.monotonic() + _START_SECONDS
        while self._main is None and self._process.poll() is None and time.monotonic() < deadline:
            self._main = self._look()
            if self._main is None:
                time.sleep(0.002)
        return self._main

    def _look(self) -> int | None:
        for monitor in children_of(self._process.pid):
            for child in children_of(monitor):
                if not _is_bubblewrap(child):
                    self._mounts = namespace(child, "mnt")
                    return child if self._mounts else None
        return None

    def poll(self) -> int | None:
        """Exit code, None while it runs; nsenter dies of the signal that its child died of."""
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    def wait(self, seconds: float) -> int | None:
        """Exit code after at most so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.poll()

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""
        if self.main is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.main, number)

    def kill(self) -> None:
        """As the runtime does: SIGKILL to all of its processes."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self.reap()

    def reap(self) -> None:
        """Wait for its end, which the end of its processes brings about."""
        if self.wait(2) is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def processes(self) -> list[int]:
        """All that run in its mounts, in its Pod's network.

        The kernel gives the number of a namespace that is gone to the next one, so those of a container that
        has ended mean nothing; the Pod's own lives as long as its first process.
        """
        if self._process.poll() is not None or self.main is None or not self._mounts:
            return []
        mine = (self._mounts, self._network)
        return [pid for pid in all_processes() if (namespace(pid, "mnt"), namespace(pid, "net")) == mine]

    def output(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace")


def _is_bubblewrap(pid: int) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/exe").endswith("/bwrap")  # noqa: PTH115
    except OSError:
        return True
