"""The Doppler command line, as far as a script that stores a secret uses it.

Facts from pkg/cmd/secrets.go of DopplerHQ/cli 3.76: `secrets set NAME` reads the value from standard input,
`secrets set NAME VALUE` and `NAME=VALUE` have it among the arguments; without --silent a table with the new
value is printed. Flags come before the environment (DOPPLER_PROJECT, DOPPLER_CONFIG), that before the setup
of the folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opencode_policy.lean import dataclass
from opencode_policy.symbolic.files import FILE, Entry
from opencode_policy.symbolic.machine import Invocation
from opencode_policy.symbolic.places import Place
from opencode_policy.symbolic.symbols import Symbols

COMMAND = "doppler"
_VALUED = {
    "-p": "project", "--project": "project", "-c": "config", "--config": "config", "-t": "token",
    "--token": "token", "--type": "type", "--visibility": "visibility", "--scope": "scope",
    "--api-host": "host", "--configuration": "configuration", "--timeout": "timeout",
    "--attempts": "attempts",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DopplerLine:
    """A command line: the words that are no flags, the flags without a value, the values of the others."""

    words: tuple[str, ...]
    flags: frozenset[str]
    values: Mapping[str, str]

    @property
    def sets(self) -> bool:
        return self.words[:2] == ("secrets", "set")

    @property
    def gets(self) -> bool:
        return self.words[:2] == ("secrets", "get")

    @property
    def name(self) -> str:
        """Name of the secret, of several the first."""
        return self.words[2].partition("=")[0] if len(self.words) > 2 else ""

    @property
    def by_input(self) -> bool:
        """Whether the value is read from standard input."""
        return len(self.words) == 3 and "=" not in self.words[2]


def read_doppler_line(words: Sequence[str], variables: Mapping[str, str]) -> DopplerLine:
    """Take a command line apart; `words` follow the word `doppler`."""
    values = {
        "project": variables.get("DOPPLER_PROJECT", ""),
        "config": variables.get("DOPPLER_CONFIG", ""),
    }
    rest: list[str] = []
    flags: set[str] = set()
    at = 0
    while at < len(words):
        name, equals, value = words[at].partition("=")
        if name in _VALUED:
            at += not equals
            values[_VALUED[name]] = value if equals else (words[at] if at < len(words) else "")
        elif name.startswith("-"):
            flags.add(words[at])
        else:
            rest.append(words[at])
        at += 1
    return DopplerLine(tuple(rest), frozenset(flags), values)


def stored(symbols: Symbols, name: str) -> str:
    """The symbol for the value that Doppler has before the script runs."""
    return symbols.rival(f"the value of {name} in Doppler", f"Doppler's {name}")


def doppler(invocation: Invocation) -> None:
    """Run the command: what it stores it finds again."""
    state, symbols = invocation.state, invocation.machine.symbols
    exported = {key: text for key, text in state.variables.items() if key in state.exported}
    line = read_doppler_line(invocation.arguments, exported)
    place = Place("doppler", f"/{line.values['project']}/{line.values['config']}/{line.name}")
    if line.sets:
        value = (state.stdin or "").rstrip("\n") if line.by_input else " ".join(line.words[3:])
        state.files = state.files.put(place, Entry(FILE, value))
        if "--silent" not in line.flags:
            invocation.write(value)
        invocation.end(0)
    elif line.gets:
        value = state.files.look(place).content or stored(symbols, line.name)
        whole = {"--plain", "--raw"} & line.flags
        invocation.write((value if whole else symbols.derived("doppler", value)) + "\n")
        invocation.end(0)
    else:
        invocation.write(symbols.fresh("the output of doppler"))
        invocation.end(0)
