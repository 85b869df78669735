"""Whether what lies at a place of a container outlives its pod, and is the workspace's own."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.known_objects import in_inventory, names
from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.pods.container_filesystem import Place
from opencode_policy.resource import Field
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Mount

_CLAIM = "PersistentVolumeClaim"
_KINDS = {
    "emptyDir": "an emptyDir, which goes with the pod",
    "ephemeral": "an ephemeral volume, which goes with the pod",
    "hostPath": "a directory of whichever node the pod is on",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Why something does not last, as the predicate of a sentence about its path.

    `at` is None where nothing but the path itself is to blame.
    """

    words: str
    at: Field | None = None


def loss_of(workspace: WorkspaceTree, place: Place) -> Loss | None:
    """Why what is at a place does not outlive the pod; None where it does."""
    mount = place.mount
    if mount is None:
        return Loss("is in the image, not on a volume: it goes with the container")
    if not mount.claim:
        kind = _KINDS.get(place.kind, f"a volume of the kind {place.kind}, which is no claim")
        return Loss(f"is on {kind}", mount.field["mountPath"])
    if place.inside is None:
        return Loss("is in a directory that may be another one for each pod", mount.field["subPathExpr"])
    obstacle = place.obstacle
    if obstacle is not None:
        return Loss(obstacle.words, obstacle.at)
    return None if mount.claim_template else _loss_of_claim(workspace, mount)


def _loss_of_claim(workspace: WorkspaceTree, mount: Mount) -> Loss | None:
    """The claim must exist and belong to this workspace alone."""
    at, name = mount.volume["persistentVolumeClaim"]["claimName"], mount.claim
    if workspace.get(_CLAIM, name):
        return None
    owner = next((other for other in _others(workspace) if other.get(_CLAIM, name)), None)
    if owner is not None:
        return Loss(f"is on the claim {name}, which belongs to {owner.name}", at)
    namespace = workspace.spec.namespace
    if not workspace.tree.get(_CLAIM, name, namespace) and not in_inventory(
        workspace.tree, _CLAIM, name, namespace
    ):
        close = hint(name, names(workspace.tree, _CLAIM, namespace))
        return Loss(f"is on the claim {name}, which does not exist{close}", at)
    sharer = next((other for other in _others(workspace) if name in _claims_of(other)), None)
    return Loss(f"is on the claim {name}, which {sharer.name} uses as well", at) if sharer else None


def _others(workspace: WorkspaceTree) -> Iterator[WorkspaceTree]:
    """The other workspaces of the namespace: claims of another one cannot be mounted."""
    for other in workspace.tree.workspaces:
        if other.name != workspace.name and other.spec.namespace == workspace.spec.namespace:
            yield other


def _claims_of(workspace: WorkspaceTree) -> set[str]:
    volumes = (volume for pod in workspace.pods for volume in pod.spec["volumes"])
    return {volume["persistentVolumeClaim"]["claimName"].text for volume in volumes}
