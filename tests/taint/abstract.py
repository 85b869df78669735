"""What following a script says it prints, and whether that covers what a shell really prints."""

from __future__ import annotations

import re
import subprocess

from opencode_policy.shell.calls import Call, run
from opencode_policy.shell.holes import SECRET, UNKNOWN
from opencode_policy.shell.script import parse_script
from opencode_policy.taint import statements
from opencode_policy.taint.cells import Frame, Key, Status, Variable
from opencode_policy.taint.machine import Machine
from opencode_policy.taint.report import Report
from opencode_policy.taint.values import Value, constant
from opencode_policy.taint.world import World


def printed(script: str, variables: dict[str, Value] | None = None, shell: str = "sh") -> Value:
    """All that a script may print on standard output; its environment is these variables and no other."""
    world = World(variables=variables or {}, shell=shell)
    machine = Machine(world, Report(), steps=100_000)
    for name, value in world.variables.items():
        machine.state.set(Key("variable", name), Variable(value, exported=True))
    machine.state.set(Key("variable", "0"), Variable(constant("sh")))
    machine.frame = Frame("script")
    parsed = parse_script(script)
    assert parsed.errors == ()

    def body() -> Call[Status]:
        status: Status = yield statements.run_all(machine, parsed.statements)
        return status

    found: Value = run(machine.captured(body))
    return found


def covers(value: Value, text: str) -> bool:
    """Whether one of the texts can stand for this one."""
    return any(_pattern(skeleton).fullmatch(text) for skeleton in value.skeletons)


def _pattern(skeleton: str) -> re.Pattern[str]:
    parts = re.split(f"[{UNKNOWN}{SECRET}]", skeleton)
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)


def really_printed(shell: list[str], script: str, variables: dict[str, str] | None = None) -> str:
    """What a shell prints; a script that ends with an error prints what it had printed by then."""
    done = subprocess.run(
        [*shell, "-f", "-c", script, "sh"],
        capture_output=True,
        check=False,
        timeout=20,
        env={"PATH": "/usr/bin:/bin", **(variables or {})},
    )
    return done.stdout.decode(errors="replace")
