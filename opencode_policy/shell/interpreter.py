"""Which shell an argument list starts, with what options, and where its script is."""

from __future__ import annotations

from collections.abc import Sequence

from opencode_policy.lean import dataclass
from opencode_policy.shell.holes import UNKNOWN
from opencode_policy.shell.options import Options, read_options
from opencode_policy.shell.wrappers import base_name, unwrap

SHELLS = frozenset({"sh", "ash", "dash", "bash", "rbash", "ksh", "mksh", "oksh", "yash", "zsh", "hush"})


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A shell's command line; every `_at` is an index into the argument list, None where there is none.

    `options` are the options that are on, by letter (or long name if they have no letter). `inline_at` is the
    script given with `-c`, `path_at` the script's file; without either the shell reads standard input. A
    shell whose options are not fully known has `certain` False.
    """

    shell: str
    shell_at: int
    options: frozenset[str]
    trace_at: int | None
    verbose_at: int | None
    inline_at: int | None
    path_at: int | None
    arguments_at: int
    certain: bool

    @property
    def trace(self) -> bool:
        """Whether the shell starts with xtrace on."""
        return self.trace_at is not None


def interpreter(argv: Sequence[str | None]) -> Interpreter | None:
    """Find the shell that a command with arguments runs, behind wrappers such as `env` or `tini`; else None.

    An element that is not known is None. Given a container, `argv` is its `command` followed by its `args`.
    """
    unwrapped = unwrap([UNKNOWN if element is None else element for element in argv])
    if not unwrapped.items or base_name(unwrapped.items[0][0]) not in SHELLS:
        return None
    texts = [text for text, _ in unwrapped.items]
    at = [index for _, index in unwrapped.items] + [len(argv)] * 2
    options = read_options(texts[1:], invocation=True)
    return _located(base_name(texts[0]), options, at)


def shebang(text: str) -> Interpreter | None:
    """Return the shell that a script's first line names; indices count from the interpreter's path."""
    line = text.partition("\n")[0]
    return interpreter(line[2:].split()) if line.startswith("#!") else None


def _located(shell: str, options: Options, at: list[int]) -> Interpreter:
    def place(option: str) -> int | None:
        index = options.on(option)
        return None if index is None else at[index + 1]

    rest = options.rest + 1
    operand = at[rest] if rest < len(at) - 2 else None
    inline = options.on("c") is not None
    reads_input = options.on("s") is not None
    return Interpreter(
        shell=shell,
        shell_at=at[0],
        options=options.letters(),
        trace_at=place("x"),
        verbose_at=place("v"),
        inline_at=operand if inline else None,
        path_at=None if inline or reads_input else operand,
        arguments_at=at[rest if reads_input else min(rest + 1, len(at) - 1)],
        certain=not options.doubtful,
    )
