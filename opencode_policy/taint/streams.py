"""Descriptors: where output goes and what input is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import Redirect
from opencode_policy.taint.cells import Input, Key, Stored, Target
from opencode_policy.taint.values import NOTHING, Place, Value, concatenated, joined
from opencode_policy.taint.words import value_of

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

Targets = frozenset[Target | Input]

LOG: Targets = frozenset({Target("log")})
NULL: Targets = frozenset({Target("null")})
CLOSED: Targets = frozenset({Target("closed")})
EMPTY: Targets = frozenset({Input(NOTHING)})

_OWN = re.compile(r"/dev/(?:fd/(\d+)|(stdin|stdout|stderr))|/proc/self/fd/(\d+)")
_STANDARD = {"stdin": "0", "stdout": "1", "stderr": "2"}
# The first process of a container and its terminal: what they get, the container's log gets.
_LOGGED = re.compile(r"/proc/\S+/fd/[12]|/dev/(?:tty|console|pts/\d+)")
_SINKS = frozenset({"/dev/null", "/dev/zero", "/dev/full"})


def default_targets(name: str) -> Targets:
    """Descriptors of a container's first process."""
    return {"0": EMPTY, "1": LOG, "2": LOG}.get(name, CLOSED)


def targets_of(machine: Machine, path: Value) -> Targets:
    """Where a descriptor leads that is opened for writing."""
    return frozenset().union(*(_targets(machine, skeleton) for skeleton in path.skeletons))


def _targets(machine: Machine, path: str) -> Targets:
    own = _OWN.fullmatch(path)
    if own:
        number = own[1] or own[3] or _STANDARD[own[2]]
        return machine.descriptor(number)
    if path in _SINKS:
        return NULL
    if _LOGGED.fullmatch(path):
        return LOG
    if path.startswith(("/dev/tcp/", "/dev/udp/")):
        return frozenset({Target("elsewhere", path)})
    return frozenset({Target("file", path)})


def write(machine: Machine, targets: Targets, value: Value, place: Place) -> bool:
    """Send output to where a descriptor leads; tell whether the log gets it."""
    for target in targets:
        if isinstance(target, Input):
            continue
        if target.kind == "file":
            _append(machine, target.name, value, place)
        elif target.kind == "stream":
            key = Key("stream", target.name)
            machine.state.set(key, concatenated([machine.state.get(key), value]))
    return Target("log") in targets


def _append(machine: Machine, path: str, value: Value, place: Place) -> None:
    stored: Stored = machine.state.get(Key("file", machine.path(path)))
    machine.store(path, concatenated([stored.value, value]), place)


def read(machine: Machine, name: str = "0") -> Value:
    """All that a descriptor may read."""
    values = [target.value for target in machine.descriptor(name) if isinstance(target, Input)]
    return joined(values) if values else NOTHING


def redirect(machine: Machine, redirects: tuple[Redirect, ...]) -> Call[None]:
    """Open and copy descriptors, from left to right."""
    for item in redirects:
        if item.body is not None:
            value: Value = yield value_of(machine, item.body)
            machine.set_descriptor(str(item.descriptor or 0), frozenset({Input(value)}))
        elif item.operator.endswith("&-"):
            machine.set_descriptor(_number(item), CLOSED)
        elif item.target is not None:
            path: Value = yield value_of(machine, item.target)
            _open(machine, item, path.with_hop(machine.frame.place(item.span), "names a file"))


def _number(item: Redirect) -> str:
    if item.descriptor is not None:
        return str(item.descriptor)
    return "0" if item.operator.startswith("<") else "1"


def _open(machine: Machine, item: Redirect, path: Value) -> None:
    operator, number = item.operator, _number(item)
    copied = path.known
    if operator in (">&", "<&") and (copied is None or copied.isdigit() or copied == "-"):
        machine.set_descriptor(number, _copied(machine, copied))
    elif operator.startswith("<"):
        machine.set_descriptor(number, frozenset({Input(_read_all(machine, path))}))
    else:
        _open_for_writing(machine, item, path)


def _copied(machine: Machine, number: str | None) -> Targets:
    if number == "-":
        return CLOSED
    if number is None:  # which one is not known: standard output or standard error, most likely
        return machine.descriptor("1") | machine.descriptor("2")
    return machine.descriptor(number)


def _read_all(machine: Machine, path: Value) -> Value:
    return joined([machine.content(skeleton) for skeleton in path.skeletons])


def _open_for_writing(machine: Machine, item: Redirect, path: Value) -> None:
    targets = targets_of(machine, path)
    files = [target for target in targets if isinstance(target, Target) and target.kind == "file"]
    if len(files) == 1 and len(targets) == 1 and ">>" not in item.operator:
        machine.store(files[0].name, NOTHING, machine.frame.place(item.span))
    machine.set_descriptor(_number(item), targets)
    if item.operator.startswith("&") or item.operator == ">&":
        machine.set_descriptor("2", targets)
