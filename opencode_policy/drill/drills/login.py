"""Drill login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.booting import failure
from opencode_policy.drill.secret_store import login, made_up
from opencode_policy.outcome import Outcome


class DrillLogin(Drill):
    """A boot loses a login that was made in the interface, keeps an outdated one, or takes a broken one."""

    requirements = ("FLUX-08", "HA-08", "SECR-03", "OPS-01")
    why = "A lost login means a new one by hand; OpenCode passes over a broken one without a word."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Rewrite the login as OpenCode does, change the Secret, break the Secret; boot after each."""
        name, path = bench.workspace.spec.secrets.get("auth"), bench.login_path(bench.plan())
        at = places.of_secret(bench.workspace, "auth")
        if name is None:
            return
        bench.empty_volumes()
        if failure(bench, bench.boot()) or path is None or not path.is_file():
            yield self.unknown(bench, "the first boot put no Copilot login in place", at)
            return
        for step, tags, good in (
            (self._kept, ("FLUX-08", "HA-08"), "a login that was rewritten on the volume survives a restart"),
            (self._renewed, ("OPS-01",), "a changed Secret replaces the login at the next boot"),
            (self._kept, ("FLUX-08", "HA-08"), "an unchanged Secret does not replace the login again"),
            (self._refused, ("SECR-03",), "a malformed login in the Secret is not put in place"),
        ):
            wrong = step(bench, name, path)
            yield self.problem(bench, wrong, at, *tags) if wrong else self.proof(bench, good, at, *tags)

    def _kept(self, bench: Bench, name: str, path: Path) -> str:
        del name
        rewritten = login(made_up("other"))
        path.write_text(rewritten)
        return self._wrong(
            bench, path, lambda text: text == rewritten, "a boot overwrites a login that was rewritten"
        )

    def _renewed(self, bench: Bench, name: str, path: Path) -> str:
        bench.store.values[name] = fresh = login(made_up("other"))
        words = "after a change of the Secret a boot keeps the old login"
        return self._wrong(bench, path, lambda text: text == fresh, words)

    def _refused(self, bench: Bench, name: str, path: Path) -> str:
        before, good = path.read_text(), bench.store.values[name]
        try:
            bench.store.values[name] = good[: len(good) // 2]
            return self._wrong(
                bench, path, lambda text: text == before, "a boot takes a malformed login from the Secret"
            )
        finally:
            bench.store.values[name] = good

    def _wrong(self, bench: Bench, path: Path, right: Callable[[str], bool], words: str) -> str:
        failed = failure(bench, bench.boot())
        if failed is not None:
            return f"the workspace does not start: {failed[0]}"
        return "" if path.is_file() and right(path.read_text()) else words
