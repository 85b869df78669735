"""Drill seed-script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from opencode_policy.drill import doppler_stand_in, places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.booting import failure
from opencode_policy.drill.secret_store import login, made_up
from opencode_policy.location import Location
from opencode_policy.outcome import Outcome


class DrillSeedScript(Drill):
    """The Copilot login of this machine does not get from the seed script to the workspace."""

    requirements = ("SECR-04", "SECR-03")
    why = "The script, the secret store, the Secret and the boot must agree on one name and one format."

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Run the script against a stand-in for doppler, deliver what it stored, boot, compare."""
        path, name = bench.settings.seed_script, bench.workspace.spec.secrets.get("auth")
        if path is None or name is None:
            return
        source = bench.workspace.tree.sources.get(path)
        if source is None:
            yield self.unknown(bench, f"there is no {path}")
            return
        at = Location(path, 1, 1, 1, 1 + len(source.line(1)))
        wanted = login(made_up("other"))
        wrong, stored = self._run(bench, source.text, wanted)
        if not wrong and name not in stored:
            wrong = f"it does not store {name}"
        if wrong:
            yield self.problem(bench, f"{path}: {wrong}", at, "SECR-04")
            return
        bench.store.values[name] = stored[name]
        bench.empty_volumes()
        yield self._arrived(bench, wanted, at)

    def _arrived(self, bench: Bench, wanted: str, at: Location) -> Outcome:
        failed, path = failure(bench, bench.boot()), bench.login_path(bench.plan())
        seed = places.of_secret(bench.workspace, "auth")
        if failed is not None or path is None or not path.is_file():
            words = failed[0] if failed else "no login is put in place"
            return self.problem(bench, f"with the login that the script stored {words}", seed, "SECR-03")
        if json.loads(path.read_text()) != json.loads(wanted):
            return self.problem(bench, "another login arrives than the script was given", seed, "SECR-03")
        words = "a login went through the script, the store and the Secret to its place on the volume"
        return self.proof(bench, words, at, "SECR-04")

    def _run(self, bench: Bench, script: str, wanted: str) -> tuple[str, dict[str, str]]:
        """What is wrong with a run of the script, and what the store holds after it."""
        folder = bench.folder / "seed"
        command = doppler_stand_in.install(folder, sys.executable)
        (folder / "login").write_text(wanted)
        (folder / "script").write_text(script)
        environment = {
            "PATH": f"{command.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": str(folder),
        }
        arguments = ["--file", str(folder / "login"), *bench.settings.seed_arguments]
        outputs = []
        for _ in range(2):
            done = subprocess.run(  # noqa: S603 - the script of the tree
                ["/bin/sh", str(folder / "script"), *arguments],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            outputs.append(done.stdout + done.stderr)
            if done.returncode:
                return f"it ends with {done.returncode} and says {bench.quoted(done.stderr)}", {}
        secret = json.loads(wanted)["github-copilot"]["refresh"]
        if any(secret in text for text in (*outputs, doppler_stand_in.arguments(folder))):
            return "it shows the login in its output or in the arguments of a command", {}
        return "", doppler_stand_in.stored(folder)
