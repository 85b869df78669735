"""Drill pull."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.boot import Boot, Changes
from opencode_policy.drill.booting import failure
from opencode_policy.drill.drills.second_boot import leave_work
from opencode_policy.outcome import Outcome


class DrillPull(Drill):
    """A pull at boot happens although it is off, or harms local work when it is on."""

    requirements = ("AUTO-01", "SCOPE-04")
    why = "A pull that overwrites, or that keeps a workspace from starting, is worse than an old clone."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Boot with the pull off and on: on a clean clone, with local changes, with diverged history."""
        at, pull = places.of_pull(bench.workspace), bench.settings.pull
        bench.empty_volumes()
        folder = bench.clone_folder(bench.plan())
        if failure(bench, bench.boot()) or folder is None or bench.clone().fault:
            yield self.unknown(bench, "the first boot made no clone, so nothing can be pulled")
            return
        before = bench.clone().head
        bench.origin.commit(f"news for {bench.name}")
        bench.origin.publish()
        bench.host.behave()
        bench.boot()
        if bench.host.log or bench.clone().head != before:
            yield self.problem(bench, "with the pull switched off a boot asks the git server", at)
            return
        yield self.proof(bench, "with the pull switched off a boot does not ask the git server", at)
        if pull is None or not self._knows(bench, pull.variable):
            yield self.unknown(bench, "no init container has the variable that switches the pull on", at)
            return
        changes = Changes(environment={pull.variable: pull.value})
        yield from self._switched_on(bench, changes, folder)

    def _knows(self, bench: Bench, variable: str) -> bool:
        return any(variable in container.environment for container in bench.plan().inits)

    def _switched_on(self, bench: Bench, changes: Changes, folder: Path) -> Iterator[Outcome]:
        at = places.of_pull(bench.workspace)
        steps = (
            ("brings a clean clone up to date", self._clean),
            ("leaves local changes alone", self._dirty),
            ("leaves history that has gone its own way alone", self._diverged),
            ("passes with a message when the git server is out of reach", self._offline),
        )
        for title, step in steps:
            wrong = step(bench, changes, folder)
            if wrong:
                yield self.problem(bench, f"with the pull switched on {wrong}", at, "AUTO-01")
                return
            yield self.proof(bench, f"with the pull switched on a boot {title}", at, "AUTO-01")

    def _clean(self, bench: Bench, changes: Changes, folder: Path) -> str:
        del folder
        boot = bench.boot(changes)
        if bench.clone().head != bench.origin.head() or bench.clone().fault:
            return f"a boot does not bring a clean clone up to date: {bench.quoted(boot.output)}"
        return _not_ready(bench, boot)

    def _dirty(self, bench: Bench, changes: Changes, folder: Path) -> str:
        work, head = leave_work(folder), bench.clone().head
        bench.origin.commit(f"more news for {bench.name}")
        bench.origin.publish()
        boot = bench.boot(changes)
        lost = [path for path, text in work.items() if not path.is_file() or path.read_text() != text]
        if lost or bench.clone().head != head:
            return "a boot changes a clone with work that was not committed"
        return _not_ready(bench, boot)

    def _diverged(self, bench: Bench, changes: Changes, folder: Path) -> str:
        author = ["-c", "user.name=drill", "-c", "user.email=drill@example.org", "-c", "commit.gpgsign=false"]
        bench.reader.run(folder, *author, "commit", "-q", "--all", "-m", "work of our own")
        head = bench.clone().head
        boot = bench.boot(changes)
        if bench.clone().head != head:
            return "a boot moves a clone with commits of its own"
        said = boot.output.strip()
        return _not_ready(bench, boot) or ("" if said else "a boot that does not pull does not say so")

    def _offline(self, bench: Bench, changes: Changes, folder: Path) -> str:
        del folder
        with bench.unreachable():
            boot = bench.boot(changes)
        return _not_ready(bench, boot)


def _not_ready(bench: Bench, boot: Boot) -> str:
    wrong = failure(bench, boot)
    return f"the workspace does not start: {wrong[0]}" if wrong else ""
