"""The shell's own commands."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import UNKNOWN, has_holes, public
from opencode_policy.shell.options import read_options
from opencode_policy.taint.cells import NO_CANDIDATE, OFF, UNSET, Handler, Key, Positional, Switch, Variable
from opencode_policy.taint.commands import Invocation, invoke
from opencode_policy.taint.nested import leave, run_text, source_file
from opencode_policy.taint.parameters import whether
from opencode_policy.taint.printf import formatted, unescaped
from opencode_policy.taint.values import (
    ANYTHING,
    NOTHING,
    Text,
    Value,
    altered,
    concatenated,
    constant,
    joined,
    merged,
    secret,
)
from opencode_policy.taint.words import Argument, positional_of

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine, Status

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_FOLLOWED = frozenset({"x", "v", "a"})
"""Options whose state is kept: tracing, echoing of input, exporting of everything."""


def _value(argument: Argument) -> Value:
    return Value((argument.text,))


def _done(status: Status) -> Call[Status]:
    return status
    yield


def _true(_: Invocation) -> Call[Status]:
    return _done(True)


def _false(_: Invocation) -> Call[Status]:
    return _done(False)


def _ignored(_: Invocation) -> Call[Status]:
    return _done(None)


def _echo(call: Invocation) -> Call[Status]:
    args = list(call.args)
    newline = "\n"
    while args and re.fullmatch(r"-[neE]+", args[0].skeleton):
        newline = "" if "n" in args[0].skeleton else newline
        args.pop(0)
    raw = concatenated([*_spaced(args), constant(newline)])
    value = raw if _keeps_backslashes(call) else raw.mapped(unescaped)
    if call.machine.shell == "sh" and value != raw:
        value = joined([raw, value])
    call.say(value, "echo prints {} to the log", at=_tainted_at(call))
    return _done(True)


def _keeps_backslashes(call: Invocation) -> bool:
    """Bash and busybox replace escapes for `echo -e` only, dash always; a plain sh may be any."""
    asked = bool(call.args) and re.fullmatch(r"-[nE]*e[neE]*", call.args[0].skeleton)
    return not asked and call.machine.shell not in ("dash", "sh")


def _spaced(args: list[Argument]) -> list[Value]:
    """Arguments with blanks between; one that may be none stands for its blanks as well."""
    found: list[Value] = []
    for before, argument in zip([None, *args], args, strict=False):
        if before is not None and not _may_vanish(before) and not _may_vanish(argument):
            found.append(constant(" "))
        found.append(_value(argument))
    return found


def _may_vanish(argument: Argument) -> bool:
    return argument.elastic and not public(argument.skeleton).strip(UNKNOWN)


def _tainted_at(call: Invocation) -> Any:
    """Where the secret stands among the arguments."""
    return next((argument.span for argument in call.args if argument.text.flows), call.span)


def _printf(call: Invocation) -> Call[Status]:
    args = list(call.args)
    variable = None
    if args and args[0].skeleton == "-v" and len(args) > 2:
        variable, args = args[1].skeleton, args[2:]
    if args and args[0].skeleton == "--":
        args = args[1:]
    value = formatted([_value(argument) for argument in args], sure=not any(a.elastic for a in args))
    if variable is not None:
        _set(
            call.machine, variable, value.with_hop(call.machine.frame.place(call.span), f"becomes {variable}")
        )
    else:
        call.say(value, "printf prints {} to the log", at=_tainted_at(call))
    return _done(True)


def _set(machine: Machine, name: str, value: Value) -> None:
    if not has_holes(name):
        machine.assign(name.partition("[")[0], value)


def _read(call: Invocation) -> Call[Status]:
    """`read` takes a line of what it reads; which line it is, is not looked into."""
    machine, names, skip = call.machine, [], False
    descriptor, prompt = "0", None
    for argument, following in zip(call.args, [*call.args[1:], None], strict=True):
        text = argument.skeleton
        if skip:
            skip = False
        elif text.startswith("-") and len(text) > 1:
            skip = text[-1] in "dinNptua" and len(text) == 2
            descriptor = following.skeleton if text == "-u" and following else descriptor
            prompt = following if text == "-p" else prompt
            names += [following.skeleton] if text == "-a" and following else []
        else:
            names.append(text)
    if prompt is not None:
        machine.say(_value(prompt), call.span, "read prints {} to the log", to="2")
    from opencode_policy.taint.streams import read

    value = read(machine, descriptor)
    known = value.known
    line = value if known is not None and known.count("\n") <= 1 and len(names) == 1 else _some_of(value)
    line = line.mapped(lambda skeleton: skeleton.strip(" \t\n"))
    for name in names or ["REPLY"]:
        hopped = line.with_hop(machine.frame.place(call.span), f"is read into {name}")
        _set(machine, name, hopped)
    return _done(None)


def _some_of(value: Value) -> Value:
    return secret(value.flows) if value.flows else ANYTHING


def _export(call: Invocation) -> Call[Status]:
    return _declared(call, exported=True)


def _readonly(call: Invocation) -> Call[Status]:
    return _declared(call)


def _declared(call: Invocation, *, exported: bool | None = None, local: bool = False) -> Call[Status]:
    machine = call.machine
    options = [text for text in call.texts if text[:1] in ("-", "+") and len(text) > 1]
    letters = "".join(options)
    operands = [argument for argument in call.args if argument.skeleton not in options]
    if call.name in ("declare", "typeset"):
        local = "g" not in letters
    if "f" in letters or "F" in letters:
        return _done(None)
    if (not operands and not local) or "p" in letters:
        _dump(call, operands, exported_only=bool(exported) or "x" in letters)
        return _done(None)
    if exported or "x" in letters:
        exported = not any(option.startswith("+") for option in options) and "n" not in letters
    for argument in operands:
        _declare(machine, argument, exported, local=local)
    return _done(True)


def _declare(machine: Machine, argument: Argument, exported: bool | None, *, local: bool) -> None:
    skeleton = argument.skeleton
    match = _ASSIGNMENT.fullmatch(skeleton)
    name = match[1] if match else skeleton
    if has_holes(name):
        machine.blind(argument.span, "the name of a variable is not known")
        return
    before = machine.variable(name)
    _localize(machine, name, before, local=local)
    if match:
        value = Value((altered(argument.text, match[3]),))
        value = concatenated([before.value, value]) if match[2] else value
        hopped = value.with_hop(machine.frame.place(argument.span), f"becomes {name}")
        keep = exported if exported is not None else before.exported
        machine.state.set(Key("variable", name), Variable(hopped, keep))
        if exported is None:
            machine.assign(name, hopped)
    elif exported is not None:
        machine.state.set(
            Key("variable", name), Variable(before.value, exported, before.unset, before.elements)
        )


def _localize(machine: Machine, name: str, before: Variable, *, local: bool) -> None:
    """Remember a variable that the innermost function makes its own."""
    function = next(
        (scope for scope in reversed(machine.scopes) if scope.kind in ("function", "process")), None
    )
    if local and function is not None and function.kind == "function":
        function.locals.setdefault(name, before)


def _local(call: Invocation) -> Call[Status]:
    if "-" in call.texts:  # `local -` makes the options local (dash, bash)
        function = next((s for s in reversed(call.machine.scopes) if s.kind == "function"), None)
        if function is not None:
            function.locals.setdefault("-", call.machine.options("x"))
        call = Invocation(call.machine, call.name, tuple(a for a in call.args if a.skeleton != "-"),
                          call.whole, call.span)  # fmt: skip
    return _declared(call, local=True)


def _dump(call: Invocation, operands: list[Argument], *, exported_only: bool) -> None:
    """`export -p`, `declare -p`, a bare `set`: variables with their values."""
    machine = call.machine
    names = [argument.skeleton for argument in operands]
    if names:
        flows = merged(*(machine.variable(name).value.flows for name in names))
    else:
        flows = machine.all_flows(exported_only=exported_only)
    call.say(secret(flows), f"{_spelled(call)} prints {{}} to the log")


def _spelled(call: Invocation) -> str:
    option = next((text for text in call.texts if text.startswith("-") and not has_holes(text)), "")
    return f"{call.name} {option}".strip()


def _unset(call: Invocation) -> Call[Status]:
    letters = "".join(text for text in call.texts if text.startswith("-"))
    for text in call.texts:
        if text.startswith("-"):
            continue
        if has_holes(text):
            call.machine.blind(call.span, "what is unset is not known")
        elif "f" in letters:
            call.machine.state.set(Key("function", text), None)
        else:
            call.machine.state.set(Key("variable", text), UNSET)
    return _done(True)


def _set_options(call: Invocation) -> Call[Status]:
    machine, texts = call.machine, [public(text) for text in call.texts]
    if not texts:
        call.say(secret(machine.all_flows(exported_only=False)), "set prints {} to the log")
        return _done(True)
    options = read_options(texts)
    for letter, (state, index) in options.switched.items():
        if letter in _FOLLOWED:
            switch = _switch(call, index, certain=True) if state else OFF
            _switched(machine, letter, frozenset({switch}))
    for index in options.doubtful:
        doubtful = _switch(call, index, certain=False)
        for letter in ("x", "v"):
            _switched(machine, letter, machine.options(letter) | {doubtful})
    if options.rest < len(texts) or "--" in texts[: options.rest]:
        operands = call.args[options.rest :]
        positional = positional_of([_value(argument) for argument in operands], operands)
        machine.state.set(Key("positional", ""), positional)
    return _done(True)


def _switch(call: Invocation, index: int, *, certain: bool) -> Switch:
    from opencode_policy.taint.machine import shown

    texts = call.texts
    start = (
        index - 1 if index and texts[index - 1][:1] in "-+" and not texts[index].startswith("-") else index
    )
    spelled = shown(" ".join([call.name, *texts[start : index + 1]]))
    return Switch(call.machine.frame.place(call.span), spelled, certain)


def _switched(machine: Machine, letter: str, switches: frozenset[Switch | None]) -> None:
    machine.state.set(Key("option", letter), switches)
    if letter == "x":
        machine.report.switched.update(dict.fromkeys(item for item in switches if item is not None))


def _shopt(call: Invocation) -> Call[Status]:
    """`shopt -so xtrace` is another way to say `set -o xtrace`."""
    letters = "".join(text[1:] for text in call.texts if text.startswith("-"))
    if "o" in letters and "xtrace" in call.texts:
        switch = _switch(call, len(call.texts) - 1, certain=True)
        _switched(call.machine, "x", frozenset({switch if "s" in letters else OFF}))
    return _done(None)


def _shift(call: Invocation) -> Call[Status]:
    positional = call.machine.positional
    text = call.texts[0] if call.texts else "1"
    if text.isdigit():
        shifted = positional.shifted(int(text))
    else:
        shifted = Positional(positional.values, exact=False, floating=0)
    call.machine.state.set(Key("positional", ""), shifted)
    return _done(True)


def _eval(call: Invocation) -> Call[Status]:
    spaced = [part for argument in call.args for part in (constant(" "), _value(argument))][1:]
    status: Status = yield run_text(call, concatenated(spaced) if spaced else NOTHING, "eval")
    return status


def _source(call: Invocation) -> Call[Status]:
    status: Status = yield source_file(call)
    return status


def _trap(call: Invocation) -> Call[Status]:
    machine, args = call.machine, list(call.args)
    if args and args[0].skeleton == "--":
        args = args[1:]
    if len(args) < 2 or args[0].skeleton.startswith("-"):
        for argument in args[1:]:
            machine.state.set(Key("trap", _signal(argument)), NO_CANDIDATE)
        return None
    command = _value(args[0])
    handler = Handler(command, machine.frame.place(args[0].span))
    for argument in args[1:]:
        name = _signal(argument)
        machine.state.set(Key("trap", name), (handler,))
        if name != "EXIT" and command.known != "":
            yield machine.choose(
                lambda: run_text(call, command, "trap", at=args[0].span), lambda: _done(None)
            )
    return True


def _signal(argument: Argument) -> str:
    text = argument.skeleton.upper().removeprefix("SIG")
    return "EXIT" if text == "0" else text


def _exit(call: Invocation) -> Call[Status]:
    yield leave(call.machine)
    return None


def _return(call: Invocation) -> Call[Status]:
    text = call.texts[0] if call.texts else ""
    status = {"0": True, "": None}.get(text, False if text.isdigit() else None)
    machine = call.machine
    kind = machine.nearest("function", "source", "process")
    if kind == "process":
        around = any(scope.kind in ("function", "source") for scope in machine.scopes)
        if around or machine.shell != "bash":  # else an error that changes nothing
            yield leave(machine)
        return None
    scope = next(scope for scope in reversed(machine.scopes) if scope.kind == kind)
    scope.statuses.add(status)
    machine.jump(kind)
    return status


def _break(call: Invocation) -> Call[Status]:
    return _left(call, onward=False)


def _continue(call: Invocation) -> Call[Status]:
    return _left(call, onward=True)


def _left(call: Invocation, *, onward: bool) -> Call[Status]:
    """`break` and `continue`: of a loop in this function; in a subshell of the loop they end the subshell."""
    machine = call.machine
    kind = machine.nearest("loop", "rounds", "function", "process")
    around = any(scope.kind in ("loop", "rounds") for scope in machine.scopes)
    if kind == "process" and around:
        yield leave(machine)
    elif kind in ("loop", "rounds"):
        levels = int(call.texts[0]) if call.texts and call.texts[0].isdigit() else 1
        machine.jump("loop", onward=onward, levels=max(levels, 1))
    return True


def _test(call: Invocation) -> Call[Status]:
    """`test`, `[` and `[[`, as far as the answer is certain."""
    texts = [text for text in call.texts if text not in ("]", "]]")]
    negated = texts[:1] == ["!"]
    answer = _answer(texts[negated:])
    return _done(answer if answer is None else answer is not negated)


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq, "-ne": operator.ne, "-lt": operator.lt, "-le": operator.le, "-gt": operator.gt,
    "-ge": operator.ge,
}  # fmt: skip


def _answer(texts: list[str]) -> bool | None:
    if len(texts) == 1:
        return _is_some(texts[0])
    if len(texts) == 2 and texts[0] in ("-n", "-z"):
        some = _is_some(texts[1])
        return some if some is None or texts[0] == "-n" else not some
    if len(texts) == 3 and not any(has_holes(text) for text in texts):
        return _compared(*texts)
    return False if not texts else None


def _compared(left: str, sign: str, right: str) -> bool | None:
    if sign in _COMPARED and all(re.fullmatch(r"[-+]?\d+", text) for text in (left, right)):
        return _COMPARED[sign](int(left), int(right))
    if sign in ("=", "==", "!=") and not set(right) & set("*?["):
        return (left == right) is (sign != "!=")
    return None


def _is_some(text: str) -> bool | None:
    return whether([bool(text)]) if not has_holes(text) or len(public(text).replace(UNKNOWN, "")) else None


def _getopts(call: Invocation) -> Call[Status]:
    machine = call.machine
    flows = merged(*(value.flows for value in machine.positional.values))
    if len(call.texts) > 1:
        _set(machine, call.texts[1], ANYTHING)
    machine.assign("OPTARG", secret(flows))
    return _done(None)


def _umask(call: Invocation) -> Call[Status]:
    if call.args and not call.texts[0].startswith("-"):
        call.machine.state.set(Key("umask", ""), _value(call.args[0]))
    return _done(True)


def _mapfile(call: Invocation) -> Call[Status]:
    name = next((text for text in reversed(call.texts) if not text.startswith("-")), "MAPFILE")
    value = _some_of(call.stdin())
    _set(call.machine, name, value.with_hop(call.machine.frame.place(call.span), f"is read into {name}"))
    return _done(True)


def _let(call: Invocation) -> Call[Status]:
    for text in call.texts:
        match = re.match(r"\(*\s*([A-Za-z_]\w*)\s*[-+*/%&|^<>]*=(?!=)", text)
        if match:
            _set(call.machine, match[1], ANYTHING)
    return _done(None)


def _command(call: Invocation) -> Call[Status]:
    """`command -v git` prints a path."""
    call.say(ANYTHING, "")
    return _done(None)


def _exec(_: Invocation) -> Call[Status]:
    """Alone, it only opens descriptors."""
    return _done(True)


def _pwd(call: Invocation) -> Call[Status]:
    call.say(call.machine.variable("PWD").value, "pwd prints {} to the log")
    return _done(True)


def _alias(_: Invocation) -> Call[Status]:
    return _done(None)


def _again(_: Invocation) -> Call[Status]:
    """`wait`, `jobs` and what else tells nothing."""
    return _done(None)


__all__ = ["BUILTINS", "Text", "invoke"]

BUILTINS: dict[str, Callable[[Invocation], Call[Status]]] = {
    ":": _true, "true": _true, "false": _false, "echo": _echo, "printf": _printf, "print": _echo,
    "read": _read, "export": _export, "readonly": _readonly, "declare": _declared, "typeset": _declared,
    "local": _local, "unset": _unset, "set": _set_options, "shopt": _shopt, "shift": _shift,
    "eval": _eval, ".": _source, "source": _source, "trap": _trap, "exit": _exit, "return": _return,
    "break": _break, "continue": _continue, "test": _test, "[": _test, "[[": _test, "getopts": _getopts,
    "umask": _umask, "mapfile": _mapfile, "readarray": _mapfile, "let": _let, "((": _let,
    "command": _command, "type": _command, "hash": _command, "exec": _exec, "pwd": _pwd, "alias": _alias,
    "unalias": _alias, "cd": _ignored, "pushd": _ignored, "popd": _ignored, "wait": _again,
    "jobs": _again, "bg": _again, "fg": _again, "kill": _again, "ulimit": _again, "times": _again,
    "disown": _again, "enable": _again, "builtin": _again,
}  # fmt: skip
