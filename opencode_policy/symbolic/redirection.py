"""Redirections: where a command's input comes from and its output goes."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import Redirect
from opencode_policy.symbolic.events import Where
from opencode_policy.symbolic.expansion import Expander
from opencode_policy.symbolic.state import BUFFER, LOG, NEXT, NOWHERE, State

_LOGS = frozenset(
    {"/dev/stdout", "/dev/stderr", "/dev/tty", "/proc/1/fd/1", "/proc/1/fd/2", "/proc/self/fd/2"}
)
Body = Callable[[State], Call[list[State]]]


def redirected(
    expander: Expander, state: State, redirects: tuple[Redirect, ...], body: Body
) -> Call[list[State]]:
    """Run something under redirections."""
    prepared: list[tuple[State, list[tuple[Redirect, str]]]] = [(state, [])]
    for redirect in redirects:
        longer = []
        for current, targets in prepared:
            word = redirect.body if redirect.body is not None else redirect.target
            for after, text in (yield expander.text(current, word)):
                longer.append((after, [*targets, (redirect, text)]))
        prepared = longer
    done: list[State] = []
    for current, targets in prepared:
        done += [current] if current.flow != NEXT else (yield _run(expander, current, targets, body))
    return done


def _run(
    expander: Expander, state: State, targets: list[tuple[Redirect, str]], body: Body
) -> Call[list[State]]:
    outer = (state.stdin, state.sink, state.buffer)
    output: tuple[Redirect, str] | None = None
    for redirect, text in targets:
        if redirect.operator in ("<", "<<", "<<-", "<<<", "<>"):
            if not _takes_input(expander, state, redirect, text):
                return [state]
        elif _is_output(redirect):
            output = (redirect, text)
            _direct(state, redirect, text)
    ended: list[State] = yield body(state)
    for after in ended:
        if output is not None:
            _written(expander, after, *output)
            after.buffer = outer[2]
        after.stdin, after.sink = outer[0], outer[1]
    return ended


def _takes_input(expander: Expander, state: State, redirect: Redirect, text: str) -> bool:
    """Set standard input; False where the file is certainly not there, and the command does not run."""
    if redirect.operator not in ("<", "<>"):
        state.stdin = text + ("\n" if redirect.operator == "<<<" else "")
    elif text == "/dev/null":
        state.stdin = ""
    else:
        state.stdin = expander.machine.content(state, text)
        if state.stdin is None:
            state.end(1)
            return False
    return True


def _is_output(redirect: Redirect) -> bool:
    """Whether a redirection is one of standard output."""
    if redirect.operator in ("&>", "&>>"):
        return True
    return redirect.descriptor in (None, 1) and redirect.operator in (">", ">>", ">|", ">&")


def _direct(state: State, redirect: Redirect, text: str) -> None:
    if redirect.operator == ">&" and (text.isdigit() or text == "-"):
        state.sink = LOG if text == "2" else state.sink
    elif text == "/dev/null":
        state.sink = NOWHERE
    elif text in _LOGS:
        state.sink = LOG
    else:
        state.sink, state.buffer = BUFFER, ""


def _written(expander: Expander, state: State, redirect: Redirect, text: str) -> None:
    machine = expander.machine
    descriptor = redirect.operator == ">&" and (text.isdigit() or text == "-")
    if descriptor or text == "/dev/null" or text in _LOGS:
        return
    if machine.layout.read_only(text, state.directory):
        state.end(1)
        return
    append = redirect.operator in (">>", "&>>")
    machine.write_file(state, text, state.buffer, Where(state.code, redirect.span), append=append)
