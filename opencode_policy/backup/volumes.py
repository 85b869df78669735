"""The volumes that VolSync makes: snapshots, copies, caches, and whether their classes and sizes fit."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.backup.backups import DESTINATION, restic
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.policy.model import StorageClass
from opencode_policy.quantity import Quantity, QuantityError, parse_quantity
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree


def copy_problems(replication: Resource, wanted: str) -> Iterator[Problem]:
    """The copy method: VolSync has no default for it (controllers/volumehandler)."""
    method = restic(replication)["copyMethod"]
    if not method:
        yield Problem(f"the {replication.kind} has no copyMethod, it must be {wanted}", method)
    elif method.text != wanted:
        yield Problem(f"the copy method is {method.text} instead of {wanted}", method)


def class_outcomes(tree: Tree, replication: Resource, claim: Resource) -> Iterator[Outcome]:
    """Classes that the inventory does not have, or that do not go together."""
    settings = restic(replication)
    for name in ("storageClassName", "cacheStorageClassName"):
        field = settings[name]
        if field and storage_class(tree, field.text) is None:
            known = [item.name for item in tree.cluster.storage_classes]
            yield Problem(f"there is no StorageClass {field.text}{hint(field.text, known)}", field)
    yield from _snapshot_class(tree, settings, claim["spec"]["storageClassName"].text)


def _snapshot_class(tree: Tree, settings: Field, class_of_claim: str) -> Iterator[Outcome]:
    field = settings["volumeSnapshotClassName"]
    wanted = storage_class(tree, class_of_claim)
    if not field:
        yield Unknown("volumeSnapshotClassName is not given, and the cluster's default is not known", field)
        return
    if field.text not in tree.cluster.snapshot_classes:
        near = hint(field.text, tree.cluster.snapshot_classes)
        yield Problem(f"there is no VolumeSnapshotClass {field.text}{near}", field)
    elif wanted is not None and wanted.snapshot_class != field.text:
        fits = wanted.snapshot_class or "none"
        words = f"snapshots of {wanted.name} need the class {fits}, not {field.text}"
        yield Problem(words, field)
    copy = settings["storageClassName"]
    copied = storage_class(tree, copy.text)
    if copied is not None and wanted is not None and copied.snapshot_class != wanted.snapshot_class:
        yield Problem(f"a volume of {copied.name} cannot be made from a snapshot of {wanted.name}", copy)


def storage_class(tree: Tree, name: str) -> StorageClass | None:
    """A storage class of the inventory."""
    return next((item for item in tree.cluster.storage_classes if item.name == name), None)


def size_problems(replication: Resource, claim: Resource) -> Iterator[Problem]:
    """A capacity into which the claim's files do not fit, or whose snapshot does not fit into the claim.

    A volume is never smaller than the snapshot it is made from (kubernetes-csi/external-provisioner).
    """
    capacity, wanted = restic(replication)["capacity"], claim["spec"]["resources"]["requests"]["storage"]
    given, asked = _amount(capacity), _amount(wanted)
    if capacity and given is None:
        yield Problem(f"capacity is '{capacity.text}', no quantity", capacity)
    if given is None or asked is None:
        return
    if given < asked:
        yield Problem(f"a capacity of {capacity.text} does not hold the {wanted.text} of the claim", capacity)
    elif given > asked and replication.kind == DESTINATION:
        words = f"a claim of {wanted.text} cannot be made from a snapshot of {capacity.text}"
        yield Problem(words, capacity)


def new_volume_problems(destination: Resource) -> Iterator[Problem]:
    """What VolSync must be told of the volume into which it restores, unless it is given one."""
    settings = restic(destination)
    for name in ("capacity", "accessModes") if not settings["destinationPVC"] else ():
        if not settings[name]:
            yield Problem(f"the {destination.kind} {destination.name} has no {name}", settings[name])


def _amount(field: Field) -> Quantity | None:
    try:
        return parse_quantity(field.text) if field.text else None
    except QuantityError:
        return None
