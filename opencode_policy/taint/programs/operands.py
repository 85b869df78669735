"""Taking a program's arguments apart, and reading what it reads."""

from __future__ import annotations

from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.values import ANYTHING, Flows, Value, concatenated, merged, secret
from opencode_policy.taint.words import Argument

# Options that take the next argument for their value (POSIX, GNU coreutils, busybox).
_VALUED = {
    "awk": "Ffv", "base64": "w", "cut": "dfcb", "egrep": "efmABC", "fgrep": "efmABC", "fold": "w",
    "gawk": "Ffv", "grep": "efmABC", "head": "nc", "install": "mogt", "mawk": "Ffv", "nl": "bdfhilnsvw",
    "od": "AtNj", "paste": "d", "sed": "ef", "sort": "tkSTo", "split": "abn", "tail": "nc", "xxd": "lcs",
}  # fmt: skip


def operands(call: Invocation) -> list[Argument]:
    """Arguments that are neither options nor values of options."""
    found: list[Argument] = []
    valued = _VALUED.get(base_name(call.name), "")
    skip = ended = False
    for argument in (*call.args, *call.added):
        text = argument.skeleton
        if skip:
            skip = False
        elif not ended and text == "--":
            ended = True
        elif not ended and text.startswith("-") and len(text) > 1:
            skip = len(text) == 2 and text[1] in valued
        else:
            found.append(argument)
    return found


def values_of(call: Invocation, *options: str) -> list[Argument]:
    """The arguments behind some options, as in `-e script`."""
    pairs = zip(call.args, call.args[1:], strict=False)
    return [value for option, value in pairs if option.skeleton in options]


def flags(call: Invocation) -> str:
    """The letters of all options that are written together: `-rn` gives both."""
    return "".join(text[1:] for text in call.texts if text[:1] == "-" and text[1:2] != "-")


def content(call: Invocation, files: list[Argument]) -> Value:
    """What the program reads: its files, or standard input."""
    if not files:
        return call.stdin()
    values = [call.stdin() if item.skeleton == "-" else call.machine.content(item.skeleton) for item in files]
    name = base_name(call.name)
    return concatenated([value.with_hop(call.place, f"is read by {name}") for value in values])


def blurred(value: Value, more: Flows = ()) -> Value:
    """A text of which only is known what secrets it may hold."""
    flows = merged(value.flows, more)
    return secret(flows) if flows else ANYTHING


def show(call: Invocation, value: Value) -> None:
    """Print what was read; the finding stands at the file that it comes from."""
    at = next((item.span for item in call.args if call.machine.content(item.skeleton).flows), call.span)
    call.say(value, f"{base_name(call.name)} prints {{}} to the log", at=at)
