"""Programs that copy, move, remove and find files."""

from __future__ import annotations

from opencode_policy.shell.calls import Call
from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint.cells import Key, Stored
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.patterns import may_match
from opencode_policy.taint.programs.operands import flags, operands, show, values_of
from opencode_policy.taint.streams import targets_of, write
from opencode_policy.taint.values import ANYTHING, NOTHING, Text, Value, concatenated, constant
from opencode_policy.taint.words import Argument


def copy(call: Invocation) -> None:
    """`cp`, `mv`, `ln`, `install`: the target holds what the source held."""
    call.say(NOTHING)
    files = operands(call)
    folder = values_of(call, "-t")
    target = folder[0] if folder else files.pop() if len(files) > 1 else None
    if target is None:
        return
    for item in files:
        for path in _sources(call, item.skeleton):
            _copy_one(call, path, item, target, many=len(files) > 1 or bool(folder))
        if base_name(call.name) == "mv":
            call.machine.state.set(Key("file", call.machine.path(item.skeleton)), Stored(NOTHING))


def _sources(call: Invocation, skeleton: str) -> list[str]:
    """The files that a path leads to: with a pattern, or in a folder that is copied as a whole."""
    machine = call.machine
    path = machine.path(skeleton)
    known = [*machine.world.secret_paths, *(name for name, _ in machine.state.of_kind("file"))]
    whole = bool(set(flags(call)) & set("rRa"))
    found = [name for name in known if may_match(path, name) or (whole and name.startswith(path + "/"))]
    return list(dict.fromkeys(found)) or [path]


def _copy_one(call: Invocation, path: str, source: Argument, target: Argument, *, many: bool) -> None:
    machine = call.machine
    stored: Stored = machine.state.get(Key("file", path))
    if not stored.value.flows and not stored.written:
        return
    to = machine.path(target.skeleton)
    base = machine.path(source.skeleton)
    inside = f"{to.rstrip('/')}/{path.rpartition('/')[2]}"
    below = to.rstrip("/") + path.removeprefix(base) if path.startswith(base + "/") else to
    names = [inside] if many or target.skeleton.endswith("/") else [below, inside]
    for name in dict.fromkeys(names):
        if write(machine, targets_of(machine, constant(name)), stored.value, call.place):
            machine.leak("output", target.span, f"{call.name} prints {{}} to the log", stored.value.flows)


def remove(call: Invocation) -> None:
    """`rm`."""
    for item in operands(call):
        call.machine.state.set(Key("file", call.machine.path(item.skeleton)), Stored(NOTHING))
    call.say(NOTHING)


def dd(call: Invocation) -> None:
    """`dd if=source of=target`."""
    source = next((text[3:] for text in call.texts if text.startswith("if=")), None)
    target = next((text[3:] for text in call.texts if text.startswith("of=")), None)
    value = call.machine.content(source) if source else call.stdin()
    if target is None:
        show(call, value)
    elif write(call.machine, targets_of(call.machine, constant(target)), value, call.place):
        call.machine.leak("output", call.span, "dd prints {} to the log", value.flows)


def tee(call: Invocation) -> None:
    """`tee file...`: files and standard output get what is read."""
    value = call.stdin()
    for item in operands(call):
        targets = targets_of(call.machine, Value((item.text,)))
        if write(call.machine, targets, value, call.place):
            call.machine.leak("output", item.span, "tee prints {} to the log", value.flows)
    show(call, value)


def find(call: Invocation) -> Call[None]:
    """`find folder -exec command {} ;`; without a command it prints paths."""
    from opencode_policy.taint.commands import invoke

    texts = call.texts
    machine = call.machine
    folders = [text for text in texts if not text.startswith("-")][:1]
    prefix = machine.path(folders[0]).rstrip("/") + "/" if folders else ""
    found = [path for path in machine.world.secret_paths if prefix and f"{path}/".startswith(prefix)]
    at = next((index for index, text in enumerate(texts) if text in ("-exec", "-execdir", "-ok")), None)
    if at is None:
        lines = [constant(f"{path}\n") for path in found]
        call.say(concatenated([*lines, ANYTHING]))
        return
    words = call.args[at + 1 :]
    end = next((index for index, item in enumerate(words) if item.skeleton in (";", "+")), len(words))
    for path in found or [ANYTHING.texts[0].skeleton]:
        argv = tuple(
            Argument(Text(path), item.span) if item.skeleton == "{}" else item for item in words[:end]
        )
        if argv:
            yield invoke(machine, argv, call.span, external=True)
