"""Builtin commands of a shell that change its state."""

from __future__ import annotations

import posixpath
import re

from opencode_policy.shell.options import read_options
from opencode_policy.symbolic.events import Ran, Traced
from opencode_policy.symbolic.machine import Invocation, Program, note
from opencode_policy.symbolic.state import BREAK, CONTINUE, EXIT, RETURN
from opencode_policy.symbolic.symbols import is_known


def _succeed(invocation: Invocation) -> None:
    invocation.end(0)


def _sleep(invocation: Invocation) -> None:
    """Seconds do not matter one by one: a loop that waits would have as many paths as rounds."""
    match = re.fullmatch(r"(\d+)s?", invocation.arguments[0]) if invocation.arguments else None
    if match and int(match[1]) > 1:
        state = invocation.state
        note(state, Ran(invocation.where, state.assumed, tuple(invocation.words), None))
    invocation.end(0)


def _fail(invocation: Invocation) -> None:
    invocation.end(1)


def _leave(invocation: Invocation) -> None:
    """`exit`, `return`, with their status."""
    state, given = invocation.state, invocation.arguments[:1]
    state.flow = EXIT if invocation.name == "exit" else RETURN
    if state.flow == EXIT:
        state.stopped = invocation.where
    if given and given[0].isdigit():
        state.end(int(given[0]))
    elif given:
        invocation.doubt(given[0])


def _jump(invocation: Invocation) -> None:
    if invocation.state.loops:
        invocation.state.flow = BREAK if invocation.name == "break" else CONTINUE
    invocation.end(0)


def _cd(invocation: Invocation) -> None:
    state = invocation.state
    words = [word for word in invocation.arguments if word not in ("-P", "-L", "--")]
    path = words[0] if words else state.variables.get("HOME", "/")
    if path == "-":
        path = state.variables.get("OLDPWD", "/")
    entry = invocation.entry(path)
    if entry.is_folder is False:
        invocation.end(1)
        return
    state.variables["OLDPWD"] = state.directory
    state.directory = _absolute(state.directory, path)
    invocation.end(0)


def _absolute(directory: str, path: str) -> str:
    return posixpath.normpath(path if path[:1] == "/" or not is_known(path[:1]) else f"{directory}/{path}")


def _pwd(invocation: Invocation) -> None:
    invocation.write(invocation.state.directory + "\n")
    invocation.end(0)


def _shift(invocation: Invocation) -> None:
    state = invocation.state
    count = int(invocation.arguments[0]) if invocation.arguments and invocation.arguments[0].isdigit() else 1
    invocation.end(int(count > len(state.arguments)))
    state.arguments = state.arguments[count:]


def _set(invocation: Invocation) -> None:
    state, words = invocation.state, invocation.arguments
    options = read_options(words)
    for letter, (on, _) in options.switched.items():
        state.options = state.options | {letter} if on else state.options - {letter}
        if letter == "x" and on:
            note(state, Traced(invocation.where, state.assumed))
    if options.rest < len(words) or words[-1:] == ["--"]:
        state.arguments = tuple(words[options.rest :])
    invocation.end(0)


def _declare(invocation: Invocation) -> None:
    """`export`, `readonly`, `local`, `declare`, `typeset`."""
    state, name = invocation.state, invocation.name
    flags = "".join(word[1:] for word in invocation.arguments if word.startswith("-"))
    for word in invocation.arguments:
        variable, equals, value = word.partition("=")
        if word.startswith("-") or not variable:
            continue
        if name in ("local", "declare", "typeset") and state.scopes and "g" not in flags:
            state.scopes[-1].setdefault(variable, state.variables.get(variable))
            if not equals:
                state.variables.pop(variable, None)
        if equals:
            state.variables[variable] = value
        if name == "export" or "x" in flags:
            state.exported = state.exported - {variable} if "n" in flags else state.exported | {variable}
    invocation.end(0)


def _unset(invocation: Invocation) -> None:
    for name in invocation.arguments:
        if name == "-f":
            invocation.state.functions = {}
        invocation.state.variables.pop(name, None)
        invocation.state.exported -= {name}
    invocation.end(0)


def _umask(invocation: Invocation) -> None:
    text = next((word for word in invocation.arguments if word.isdigit()), "")
    if text and not set(text) & set("89"):
        invocation.state.umask = int(text, 8)
    elif "g=" in " ".join(invocation.arguments) and "o=" in " ".join(invocation.arguments):
        invocation.state.umask = 0o077
    invocation.end(0)


def _read(invocation: Invocation) -> None:
    """Read a line: known input line by line, of anything else a text that may be there or not."""
    state, stdin = invocation.state, invocation.state.stdin
    names = [word for word in invocation.arguments if not word.startswith("-")] or ["REPLY"]
    if stdin is not None and is_known(stdin):
        line, newline, state.stdin = stdin.partition("\n")
        parts = line.split(maxsplit=len(names) - 1) if len(names) > 1 else [line.strip()]
        for index, name in enumerate(names):
            state.variables[name] = parts[index] if index < len(parts) else ""
        invocation.end(0 if newline else 1)
        return
    for name in names:
        state.variables[name] = invocation.machine.symbols.fresh("a line of input", stdin or "")
    invocation.doubt(stdin or "")


def _trap(invocation: Invocation) -> None:
    words = [word for word in invocation.arguments if word != "--"]
    if len(words) > 1:
        kept = tuple(item for item in invocation.state.traps if item[1] not in words[1:])
        invocation.state.traps = (*kept, *((words[0], signal) for signal in words[1:]))
    invocation.end(0)


def _arithmetic(invocation: Invocation) -> None:
    invocation.end(None)


BUILTINS: dict[str, Program] = {
    ":": _succeed, "true": _succeed, "alias": _succeed, "unalias": _succeed, "hash": _succeed,
    "sleep": _sleep, "sync": _succeed, "kill": _succeed, "shopt": _succeed, "ulimit": _succeed,
    "false": _fail, "exit": _leave, "return": _leave, "break": _jump, "continue": _jump,
    "cd": _cd, "pushd": _cd, "pwd": _pwd, "shift": _shift, "set": _set, "umask": _umask, "read": _read,
    "export": _declare, "readonly": _declare, "local": _declare, "declare": _declare, "typeset": _declare,
    "unset": _unset, "trap": _trap, "((": _arithmetic, "let": _arithmetic,
}  # fmt: skip
