"""Whether the inventory of the cluster agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.policy.document import PolicyFiles
from opencode_policy.policy.mistakes import Mistake, quoted, suggestion
from opencode_policy.policy.unique import Named, repeated

_UNIQUE_BY = {
    "sources": ("kind", "namespace", "name"),
    "kustomizations": ("namespace", "name"),
    "gateways": ("namespace", "name"),
    "issuers": ("kind", "name"),
    "secret_stores": ("kind", "name"),
    "storage_classes": ("name",),
    "objects": ("kind", "namespace", "name"),
}
"""The fields that identify an item of each list."""


def check_cluster(files: PolicyFiles) -> Iterator[Mistake]:
    """Mistakes in cluster.yaml that need more than the shape of one value."""
    for key, identity in _UNIQUE_BY.items():
        yield from repeated(files.cluster, _named(files, key, identity), "the name")
    yield from _listeners(files)
    yield from _variables(files)
    yield from _snapshot_classes(files)


def _named(files: PolicyFiles, key: str, identity: tuple[str, ...]) -> Iterator[Named]:
    for at, item in enumerate(getattr(files.cluster.value, key)):
        yield tuple(getattr(item, field) for field in identity), (key, at, "name")


def _listeners(files: PolicyFiles) -> Iterator[Mistake]:
    for at, gateway in enumerate(files.cluster.value.gateways):
        names: list[Named] = [
            (listener.name, ("gateways", at, "listeners", index, "name"))
            for index, listener in enumerate(gateway.listeners)
        ]
        yield from repeated(files.cluster, names, "the name")


def _variables(files: PolicyFiles) -> Iterator[Mistake]:
    for at, name in enumerate(files.cluster.value.unknown_variables):
        if name in files.cluster.value.variables:
            message = "the value of this variable is written under variables"
            yield files.cluster.mistake(("unknown_variables", at), message)


def _snapshot_classes(files: PolicyFiles) -> Iterator[Mistake]:
    known = files.cluster.value.snapshot_classes
    for at, item in enumerate(files.cluster.value.storage_classes):
        name = item.snapshot_class
        if name is not None and name not in known:
            message = f"there is no snapshot class {quoted(name)}{suggestion(name, known)}"
            yield files.cluster.mistake(("storage_classes", at, "snapshot_class"), message)
