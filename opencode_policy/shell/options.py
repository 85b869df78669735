"""The options of a shell and of its `set` builtin, in every spelling and order.

Arguments are skeletons in which `UNKNOWN` stands for text that cannot be known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.shell.holes import UNKNOWN

# The long names that matter here, and the letters that mean the same (POSIX `set`).
_LETTERS = {
    "allexport": "a", "errexit": "e", "noexec": "n", "noglob": "f", "nounset": "u", "verbose": "v",
    "xtrace": "x",
}  # fmt: skip
# Long options of bash that take the next argument for their value (bash(1), "Options").
_VALUED = frozenset({"--rcfile", "--init-file"})


@dataclass(slots=True)
class Options:
    """What an argument list switches.

    `switched` maps an option (its letter, or its long name if it has none) to on or off and the index of the
    argument that did it last. `doubtful` holds the indices of arguments that may hold further options.
    `rest` is the index of the first operand.
    """

    switched: dict[str, tuple[bool, int]] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    rest: int = 0

    def on(self, option: str) -> int | None:
        """Return the index of the argument that switches an option on, or None if it is not on in the end."""
        state, index = self.switched.get(option, (False, 0))
        return index if state else None

    def letters(self) -> frozenset[str]:
        """Return all options that are on in the end."""
        return frozenset(option for option, (state, _) in self.switched.items() if state)


def read_options(arguments: Sequence[str], invocation: bool = False) -> Options:
    """Read the options in front of `arguments`: of `set` or, with `invocation`, of a shell's command line."""
    found = Options()
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        if argument.startswith(UNKNOWN):
            found.doubtful.append(index)
            index += 1
        elif argument in ("-", "--") or argument[:1] not in ("-", "+"):
            index += argument in ("-", "--")
            _end(found, argument, index, invocation)
            break
        elif invocation and argument.startswith("--"):
            found.switched.update(_long(argument, index))
            index += 2 if argument in _VALUED else 1
        else:
            index = _cluster(found, arguments, index)
    found.rest = min(index, len(arguments))
    return found


def _end(found: Options, argument: str, index: int, invocation: bool) -> None:
    """`set -` switches tracing off; everywhere else it only ends the options."""
    if argument == "-" and not invocation:
        found.switched.update(x=(False, index), v=(False, index))


def _long(argument: str, index: int) -> dict[str, tuple[bool, int]]:
    name = argument[2:]
    return {_LETTERS.get(name, name): (True, index)}


def _cluster(found: Options, arguments: Sequence[str], index: int) -> int:
    """Read one argument such as `-exo`; each `o` or `O` in it takes one further argument for its name."""
    argument = arguments[index]
    state = argument[0] == "-"
    following = index + 1
    for letter in argument[1:]:
        if letter == UNKNOWN:
            found.doubtful.append(index)
        elif letter not in "oO":
            found.switched[letter] = (state, index)
        elif following < len(arguments):
            name = arguments[following]
            if UNKNOWN in name:
                found.doubtful.append(following)
            elif letter == "o":
                found.switched[_LETTERS.get(name, name)] = (state, following)
            following += 1
    return following
