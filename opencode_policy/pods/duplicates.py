"""Names that a pod spec gives twice, which the API server refuses and no schema can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.workload import Pod


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The second of two equal names; `at` is that name."""

    message: str
    at: Field


def duplicates(pod: Pod) -> list[Duplicate]:
    """Every second name, once for each place: an alias repeats what its anchor says."""
    found: dict[tuple[object, str], Duplicate] = {}
    for item in _repeated(pod):
        found.setdefault((item.at.location, item.message), item)
    return list(found.values())


def _repeated(pod: Pod) -> Iterator[Duplicate]:
    yield from _twice("container", (container.field["name"] for container in pod.all_containers))
    yield from _twice("volume", (volume["name"] for volume in pod.spec["volumes"]))
    for container in pod.all_containers:
        mounts = container.field["volumeMounts"]
        yield from _twice("mount at", (mount["mountPath"] for mount in mounts))
        yield from _twice("port", (port["name"] for port in container.field["ports"]))


def _twice(what: str, names: Iterable[Field]) -> Iterator[Duplicate]:
    seen: set[str] = set()
    for name in names:
        if name.text and name.text in seen:
            yield Duplicate(f"there is a second {what} {name.text}", name)
        seen.add(name.text)
