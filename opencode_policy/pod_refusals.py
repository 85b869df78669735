"""What the API server refuses in a pod spec: unknown fields, values of another type, names given twice.

Flux applies on the server's side, where an unknown field or a value of the wrong type fails the whole
object (Kubernetes, "Server-Side Apply"): the old pod goes on, or none starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opencode_policy.nearest import hint
from opencode_policy.pod_schema import ANY, BOOLEAN, INTEGER, POD_SPEC, PORT, TEXT, Shape
from opencode_policy.resource import Field
from opencode_policy.workload import Pod

_FITTING: dict[str, tuple[type, ...]] = {TEXT: (str,), INTEGER: (int,), BOOLEAN: (bool,), PORT: (int, str)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the API server refuses the pod; `at` is the value, or the key that it does not know."""

    message: str
    at: Field


def refusals(pod: Pod) -> list[Refusal]:
    """Everything that is wrong, once for each place: an alias repeats what its anchor says."""
    found: dict[tuple[object, str], Refusal] = {}
    for item in [*_misshapen(pod.spec, POD_SPEC), *_repeated(pod)]:
        found.setdefault((item.at.location, item.message), item)
    return list(found.values())


def _misshapen(field: Field, shape: Shape) -> Iterator[Refusal]:
    if not field or shape == ANY or "${" in field.text:
        return
    if isinstance(shape, str):
        if type(field.value) not in _FITTING[shape] or not _is_scalar(field):
            yield Refusal(f"{_name(field)} is {_words(field)} where {shape} belongs", field)
    elif isinstance(shape, list):
        if not field.is_list:
            yield Refusal(f"{_name(field)} is {_words(field)} where a list belongs", field)
        for item in field:
            yield from _misshapen(item, shape[0])
    elif not field.is_mapping:
        yield Refusal(f"{_name(field)} is {_words(field)} where a mapping belongs", field)
    else:
        yield from _entries(field, shape)


def _entries(field: Field, shape: dict[str, Shape]) -> Iterator[Refusal]:
    for name, value in field.entries():
        if name in shape:
            yield from _misshapen(value, shape[name])
        else:
            yield Refusal(f"{_name(field)} has no field '{name}'{hint(name, shape)}", value)


def _is_scalar(field: Field) -> bool:
    return not field.is_list and not field.is_mapping


def _words(field: Field) -> str:
    if not _is_scalar(field):
        return "a list" if field.is_list else "a mapping"
    value = field.value
    kinds = {bool: f"the boolean {field.text}", str: "a text"}
    return kinds.get(type(value), f"the number {field.text}")


def _name(field: Field) -> str:
    """The field's own name with its index: `args[4]`, `value`."""
    steps = list(field.path)
    index = ""
    while steps and isinstance(steps[-1], int):
        index = f"[{steps.pop()}]{index}"
    return f"{steps[-1] if steps else field.resource.kind}{index}"


def _repeated(pod: Pod) -> Iterator[Refusal]:
    yield from _twice("container", (container.field["name"] for container in pod.all_containers))
    yield from _twice("volume", (volume["name"] for volume in pod.spec["volumes"]))
    for container in pod.all_containers:
        mounts = container.field["volumeMounts"]
        yield from _twice("mount at", (mount["mountPath"] for mount in mounts))
        yield from _twice("port", (port["name"] for port in container.field["ports"]))


def _twice(what: str, names: Iterable[Field]) -> Iterator[Refusal]:
    seen: set[str] = set()
    for name in names:
        if name.text and name.text in seen:
            yield Refusal(f"there is a second {what} {name.text}", name)
        seen.add(name.text)
