"""Drill resources."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.cgroups import Group
from opencode_policy.drill.http_client import request
from opencode_policy.drill.serving import NotServing, Server, serving_pod
from opencode_policy.outcome import Outcome
from opencode_policy.pods.probes import patience_of

_PATIENCE = 30.0
"""Seconds that a server without a liveness probe may be silent."""
_MOST = 90.0
_ROUNDS = 3
_MEBIBYTE = 2**20


class DrillResources(Drill):
    """The server does not live with the memory and CPU that it gets."""

    requirements = ("SEC-05",)
    why = "A server that is killed for its memory, or that thrashes, is of no use to anybody."
    needs = ("server",)

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Use the server as its page does, under its limits where this machine can set them."""
        bench.empty_volumes()
        try:
            with serving_pod(bench) as server:
                yield from self._under_limits(bench, server)
        except NotServing as error:
            yield self.unknown(bench, f"there is no server: {error}", error.at)

    def _under_limits(self, bench: Bench, server: Server) -> Iterator[Outcome]:
        group = Group.make(f"drill-{bench.name}", server.plan.memory, server.plan.cpu)
        limited = group is not None and group.add(server.running.processes())
        try:
            with watching(server) as silence:
                self._use(server)
            died = server.running.poll() is not None
            peak, kills = resident_peak(server), 0
            if group is not None and limited:
                usage = group.usage()
                peak, kills = max(peak, usage.peak), usage.kills
        finally:
            server.running.kill()
            if group is not None:
                group.close()
        yield self._judged(bench, server, limited=limited, peak=peak, kills=kills + died, silence=silence)

    def _judged(
        self, bench: Bench, server: Server, *, limited: bool, peak: int, kills: int, silence: list[float]
    ) -> Outcome:
        at = server.plan.field["resources"]["limits"]["memory"]
        limit, longest = server.plan.memory, max(silence, default=0.0)
        how = (
            "under its limits"
            if limited
            else "without limits, which this user may not set, so only measured,"
        )
        used = f"{how} it used {peak // _MEBIBYTE}Mi at most"
        used += f" of {limit // _MEBIBYTE}Mi" if limit else ""
        if kills:
            return self.problem(bench, f"the server is killed for its memory: {used}", at)
        # What it took before it came into the group is not charged there: its resident memory counts too.
        if limit is not None and peak > limit:
            return self.problem(bench, f"the server does not fit: {used}", at)
        probe = server.plan.field["livenessProbe"]
        patience = patience_of(probe).timeout if probe else _PATIENCE
        if longest > patience:
            words = f"the server does not answer for {longest:.0f} s, longer than its liveness probe waits"
            return self.problem(bench, f"{words}: {used}", at)
        words = f"{used}, the longest silence was {longest:.1f} s; calls of its page, no browser, no model"
        return self.proof(bench, words, at)

    def _use(self, server: Server) -> None:
        """What the page asks for when it is opened, several times."""
        for _ in range(_ROUNDS):
            for path in ("/", "/session", "/provider", "/config", "/agent", "/project/current", "/path"):
                server.get(path, seconds=90)
            server.post("/session", {"title": "drill"})


@contextmanager
def watching(server: Server) -> Iterator[list[float]]:
    """Ask the page that needs no event loop of its own, over and over; gives the seconds of each answer."""
    found: list[float] = []
    done = threading.Event()
    probe = server.plan.field["livenessProbe"]["httpGet"]["path"].text or "/"

    def watch() -> None:
        while not done.is_set():
            begun = time.monotonic()
            request(server.endpoint, probe, seconds=_MOST)
            found.append(time.monotonic() - begun)
            done.wait(0.5)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def resident_peak(server: Server) -> int:
    """Sum of the peaks of resident memory of its processes, in bytes."""
    return sum(map(_peak, server.running.processes()))


def _peak(pid: int) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
