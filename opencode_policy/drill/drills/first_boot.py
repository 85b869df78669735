"""Drill first-boot."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.boot import Boot
from opencode_policy.drill.booting import failure
from opencode_policy.outcome import Outcome


class DrillFirstBoot(Drill):
    """A first boot on an empty volume does not make the workspace."""

    requirements = ("FLUX-05", "HA-05", "FLUX-04", "HA-04", "SECR-03")
    why = "A workspace whose first boot fails never gets to its server."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Boot on an empty volume, then look at the clone and the login."""
        bench.empty_volumes()
        boot = bench.boot()
        wrong = failure(bench, boot)
        if wrong is not None:
            yield self.problem(bench, *wrong, "FLUX-05", "HA-05")
            return
        yield from self._clone(bench)
        yield from self._login(bench, boot)

    def _clone(self, bench: Bench) -> Iterator[Outcome]:
        """Whether there is a clone, and whether the server works in it: two requirements."""
        wanted, at = bench.workspace.spec.repository, places.of_clone(bench.workspace)
        complete = [state for state in bench.clones() if not state.fault]
        right = [state for state in complete if same_repository(state.origin, wanted)]
        if not complete:
            words = "after the first boot no complete clone is on the volume"
            yield self.problem(bench, words, at, "FLUX-05", "HA-05")
        elif not right:
            words = f"the first boot clones another repository than {wanted}"
            yield self.problem(bench, words, at, "FLUX-05", "HA-05")
        elif right[0].head != bench.origin.head():
            words = f"the first boot does not clone the newest commit of {wanted}"
            yield self.problem(bench, words, at, "FLUX-05", "HA-05")
        else:
            words = "a boot on an empty volume made a complete clone of the newest commit"
            yield self.proof(bench, words, at, "FLUX-05", "HA-05")
        yield self._working_directory(bench, wanted)

    def _working_directory(self, bench: Bench, wanted: str) -> Outcome:
        state, at = bench.clone(), places.of_working_directory(bench.workspace)
        folder = f"the server's working directory {bench.server(bench.plan()).working_directory or '/'}"
        if state.fault:
            words = f"after the first boot {folder} holds no clone: {state.fault}"
            return self.problem(bench, words, at, "FLUX-04", "HA-04")
        if not same_repository(state.origin, wanted):
            words = f"{folder} holds a clone of another repository than {wanted}"
            return self.problem(bench, words, at, "FLUX-04", "HA-04")
        return self.proof(bench, f"{folder} is the clone of {wanted}", at, "FLUX-04", "HA-04")

    def _login(self, bench: Bench, boot: Boot) -> Iterator[Outcome]:
        name = bench.workspace.spec.secrets.get("auth")
        if name is None:
            return
        at, path = places.of_secret(bench.workspace, "auth"), bench.login_path(bench.plan())
        if path is None or not path.is_file():
            said = bench.quoted(boot.output)
            words = f"after the first boot there is no Copilot login where OpenCode looks for it: {said}"
            yield self.problem(bench, words, at, "SECR-03")
        elif path.read_text() != bench.store.values[name]:
            yield self.problem(
                bench, "the Copilot login on the volume is not that of the Secret", at, "SECR-03"
            )
        elif stat.S_IMODE(path.stat().st_mode) != 0o600:
            mode = stat.S_IMODE(path.stat().st_mode)
            yield self.problem(
                bench, f"others may read the Copilot login: its mode is {mode:04o}", at, "SECR-03"
            )
        else:
            words = "the first boot put the Secret's Copilot login where OpenCode looks for it, mode 0600"
            yield self.proof(bench, words, at, "SECR-03")


def same_repository(one: str, other: str) -> bool:
    """Whether two addresses name one repository."""
    return _bare(one) == _bare(other)


def _bare(url: str) -> str:
    address = url.rpartition("@")[2] if "@" in url else url.partition("://")[2]
    return address.rstrip("/").removesuffix(".git").lower()
