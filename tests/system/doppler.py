"""A stand-in for the doppler command, true to the CLI where a script could go wrong.

As in pkg/cmd/secrets.go and pkg/printer of DopplerHQ/cli 3.76: `set NAME` reads standard input, which is
"there" unless it is a character device; lines are joined by newlines, so the last one is lost, and a
line of 64 KiB fails; without --silent the new value is printed in a table; `get --plain` prints an
empty line for a secret that is missing or restricted, and --json tells the two apart.
"""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Doppler:
    """What the test sees of it: the folder for the PATH, the stored secrets, the calls."""

    folder: Path

    @property
    def _store(self) -> Path:
        return self.folder / "secrets.json"

    @property
    def secrets(self) -> dict[str, str | None]:
        """By PROJECT/CONFIG/NAME; None is a restricted value."""
        return dict(json.loads(self._store.read_text()))

    def put(self, name: str, value: str | None, scope: str = "k3s-cluster/prd") -> None:
        self._store.write_text(json.dumps(self.secrets | {f"{scope}/{name}": value}))

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of every call."""
        log = self.folder / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def writes(self) -> list[str]:
        """The names that were set, in order."""
        return [call[2] for call in self.calls if call[:2] == ["secrets", "set"]]

    def break_down(self, verb: str) -> None:
        """From now on every `secrets VERB` fails."""
        (self.folder / f"broken-{verb}").touch()

    def spoil_writes(self) -> None:
        """From now on another value is stored than the one given."""
        (self.folder / "spoil").touch()


def make_doppler(folder: Path) -> Doppler:
    """Puts the command into `folder`."""
    folder.mkdir(parents=True)
    command = folder / "doppler"
    command.write_text(f"#!{sys.executable} -I\n" + PROGRAM)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    (folder / "secrets.json").write_text("{}")
    return Doppler(folder)


PROGRAM = """
import json, os, stat, sys
from pathlib import Path

home = Path(__file__).parent
arguments = sys.argv[1:]
with (home / "calls.jsonl").open("a") as log:
    log.write(json.dumps(arguments) + "\\n")
secrets = json.loads((home / "secrets.json").read_text())


def fail(message):
    sys.exit("Doppler Error: " + message)


def option(name):
    return arguments[arguments.index(name) + 1] if name in arguments else fail("no " + name)


def stdin_lines():
    if stat.S_ISCHR(os.fstat(0).st_mode):
        fail("Secret value must be provided when using --no-interactive")
    lines = sys.stdin.buffer.read().decode().split("\\n")
    if lines[-1] == "":
        lines.pop()
    if any(len(line) >= 65536 for line in lines):
        fail("Unable to read input from stdin: bufio.Scanner: token too long")
    return [line.removesuffix("\\r") for line in lines]


verb, name = arguments[1], arguments[2]
key = option("--project") + "/" + option("--config") + "/" + name
if (home / ("broken-" + verb)).exists():
    fail("This token does not have access to the requested config")
if verb == "get" and "--json" in arguments:
    print(json.dumps({name: {"computed": secrets[key], "note": ""}} if key in secrets else {}))
elif verb == "get" and "--plain" in arguments:
    if key not in secrets and "--no-exit-on-missing-secret" not in arguments:
        fail("Could not find requested secret: " + name)
    print(secrets.get(key) or "")
elif verb == "set":
    value = "\\n".join(stdin_lines())
    if "=" in name or not arguments[3].startswith("-"):
        fail("a value among the arguments")
    restricted = key in secrets and secrets[key] is None
    spoiled = "spoiled" if (home / "spoil").exists() else value
    secrets[key] = None if restricted else spoiled
    (home / "secrets.json").write_text(json.dumps(secrets))
    if restricted:
        (home / "restricted-value").write_text(value)
    if "--silent" not in arguments:
        print("| " + name + " | " + value + " |")
else:
    fail("unknown command")
"""
