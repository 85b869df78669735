"""A command that is run, as those see it who know what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opencode_policy.lean import dataclass
from opencode_policy.shell.calls import Call
from opencode_policy.shell.spans import Span
from opencode_policy.taint.cells import Status
from opencode_policy.taint.streams import read
from opencode_policy.taint.values import Flows, Place, Value, concatenated, constant, merged
from opencode_policy.taint.words import Argument, Argv

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

TRANSPARENT = frozenset({"command", "builtin", "exec", "time"})
"""Wrappers that are no program of their own."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command that is run: `args` are its arguments behind the name, wrappers taken off.

    `whole` are all arguments as written, `added` those that `xargs` adds; `external` tells that a program is
    started, whose arguments every process of the container can see.
    """

    machine: Machine
    name: str
    args: Argv
    whole: Argv
    span: Span
    wrappers: tuple[str, ...] = ()
    external: bool = False
    added: Argv = ()

    @property
    def texts(self) -> list[str]:
        return [argument.skeleton for argument in self.args]

    @property
    def flows(self) -> Flows:
        """Secrets in the arguments."""
        return merged(*(argument.text.flows for argument in (*self.args, *self.added)))

    @property
    def replaces(self) -> bool:
        """Whether the shell becomes this command and does not come back."""
        return "exec" in self.wrappers

    @property
    def place(self) -> Place:
        return self.machine.frame.place(self.span)

    @property
    def tainted_at(self) -> Span:
        """Where the first secret stands among the arguments; the whole command where there is none."""
        return next((argument.span for argument in self.args if argument.text.flows), self.span)

    @property
    def spelled(self) -> str:
        """The name with its first option, for a message."""
        option = next((text for text in self.texts if text.startswith("-")), "")
        return f"{self.name} {option}".strip() if option.isascii() else self.name

    def stdin(self) -> Value:
        return read(self.machine)

    def say(self, value: Value, words: str = "", *, at: Span | None = None, certain: bool = True) -> None:
        """Print on standard output."""
        self.machine.say(value, at or self.span, words, certain=certain)

    def complain(self, argument: Argument) -> None:
        """Say on standard error what is wrong with a secret, which the message repeats."""
        if not argument.text.flows:
            return
        words = f"{self.name} repeats {{}} in an error message"
        self.machine.say(value_of_argument(argument), argument.span, words, to="2")


def value_of_argument(argument: Argument) -> Value:
    """An argument as a value."""
    return Value((argument.text,))


def joined_by_blanks(arguments: Argv | list[Argument]) -> Value:
    """Arguments as `eval` puts them together."""
    parts = [part for item in arguments for part in (constant(" "), value_of_argument(item))]
    return concatenated(parts[1:]) if parts else constant("")


def done(status: Status) -> Call[Status]:
    """The call of something that has been done already."""
    return status
    yield
