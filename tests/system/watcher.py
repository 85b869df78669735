"""Watches what other processes of this machine could see while a script runs."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ArgumentWatcher:
    """Collects the argument lists of all processes, as often as it can, until `stop`."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    self.seen.add(path.read_bytes())
            time.sleep(0.002)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def holds(self, needles: list[bytes]) -> bool:
        return any(needle in arguments for arguments in self.seen for needle in needles)


@contextmanager
def watching_arguments() -> Iterator[ArgumentWatcher]:
    watcher = ArgumentWatcher()
    try:
        yield watcher
    finally:
        watcher.stop()


def log_git_arguments(folder: Path, real: str) -> Path:
    """Puts a git into `folder` that logs its arguments before it starts `real`; gives the log."""
    folder.mkdir()
    log = folder / "arguments.log"
    wrapper = folder / "git"
    wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{log}"\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    return log
