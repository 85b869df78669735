"""A stand-in for the doppler command: `secrets get` and `secrets set`, kept in a file.

As DopplerHQ/cli 3.76 does: `set NAME` reads standard input and drops its last newline; without --silent the
new value is printed; `get --plain` prints an empty line for a secret that is missing.
"""

from __future__ import annotations

import json
from pathlib import Path

_PROGRAM = """
import json, sys
from pathlib import Path

home = Path(__file__).parent
arguments = sys.argv[1:]
with (home / "arguments").open("a") as log:
    log.write(json.dumps(arguments) + "\\n")
store = home / "store.json"
secrets = json.loads(store.read_text()) if store.exists() else {}
verb, name = (arguments + ["", "", ""])[1:3]
if verb == "set":
    secrets[name] = sys.stdin.read().removesuffix("\\n")
    store.write_text(json.dumps(secrets))
    if "--silent" not in arguments:
        print("| " + name + " | " + secrets[name] + " |")
elif verb == "get" and "--json" in arguments:
    print(json.dumps({name: {"computed": secrets[name]}} if name in secrets else {}))
elif verb == "get":
    print(secrets.get(name, ""))
else:
    sys.exit("Doppler Error: unknown command")
"""


def install(folder: Path, python: str) -> Path:
    """Put the command into a new, empty folder; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("arguments", "store.json"):
        (folder / name).unlink(missing_ok=True)
    command = folder / "doppler"
    command.write_text(f"#!{python} -I\n{_PROGRAM}")
    command.chmod(0o755)
    return command


def stored(folder: Path) -> dict[str, str]:
    """The secrets by name."""
    store = folder / "store.json"
    return dict(json.loads(store.read_text())) if store.exists() else {}


def arguments(folder: Path) -> str:
    """The arguments of all calls."""
    log = folder / "arguments"
    return log.read_text() if log.exists() else ""
