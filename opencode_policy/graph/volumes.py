"""Who uses a volume: pods that mount a claim, and the movers that back it up."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from opencode_policy.backup.backups import SOURCE, replications
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

_PRIVILEGED = "volsync.backube/privileged-movers"
_MOVERS = ("restic", "rclone", "rsyncTLS", "syncthing")
_SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})

Users = dict[tuple[str, str], list[Container]]
_USERS: WeakKeyDictionary[Tree, Users] = WeakKeyDictionary()


def users(tree: Tree) -> Users:
    """Containers by namespace and name of the claim that they mount; worked out once."""
    if tree not in _USERS:
        found: Users = {}
        for pod in tree.pods:
            for container in pod.all_containers if tree.applies(pod.workload) else ():
                for claim in {mount.claim for mount in container.mounts} - {""}:
                    found.setdefault((pod.workload.namespace, claim), []).append(container)
        _USERS[tree] = found
    return _USERS[tree]


@dataclass(frozen=True, slots=True)
class Moved:
    """A mover and a container that work on one volume as different users, or as the same one."""

    replication: Resource
    mover: Field
    container: Container
    user: Field

    @property
    def differs(self) -> bool:
        return self.mover.value != self.user.value


def moved(tree: Tree) -> Iterator[Moved]:
    """Every pair of mover and container with a user each, unless the namespace lets movers run as root."""
    for replication in replications(tree, SOURCE):
        namespace = tree.get("Namespace", replication.namespace)
        annotations = namespace["metadata"]["annotations"] if namespace else None
        if not tree.applies(replication) or (annotations and annotations[_PRIVILEGED].text == "true"):
            continue
        key = replication.namespace, replication["spec"]["sourcePVC"].text
        for mover in _users_of_movers(replication):
            for container in users(tree).get(key, ()):
                user = _user(container)
                if isinstance(user.value, int) and isinstance(mover.value, int):
                    yield Moved(replication, mover, container, user)


def _users_of_movers(replication: Resource) -> list[Field]:
    found = (replication["spec"][name]["moverSecurityContext"]["runAsUser"] for name in _MOVERS)
    return [field for field in found if field]


def _user(container: Container) -> Field:
    """The user of a container: its own setting before that of the pod."""
    own = container.field["securityContext"]["runAsUser"]
    return own if own else container.pod.spec["securityContext"]["runAsUser"]


@dataclass(frozen=True, slots=True)
class Contended:
    """A volume for one node that two pods of a Deployment want at once: why, and where that is set."""

    words: str
    claim: Resource
    at: Field


def single_volumes(tree: Tree) -> Iterator[tuple[Resource, Resource]]:
    """Deployments with each claim of theirs that one node alone can mount."""
    for (namespace, name), containers in users(tree).items():
        claim = tree.get("PersistentVolumeClaim", name, namespace)
        modes = {item.text for item in claim["spec"]["accessModes"]} if claim else set()
        workloads = {id(item.pod.workload): item.pod.workload for item in containers}
        for workload in workloads.values():
            if claim is not None and modes and modes <= _SINGLE and workload.kind == "Deployment":
                yield workload, claim


def contended(workload: Resource, claim: Resource) -> Contended | None:
    """Whether two pods of a Deployment want its volume at once."""
    replicas, strategy = workload["spec"]["replicas"], workload["spec"]["strategy"]
    mode = claim["spec"]["accessModes"][0].text
    if isinstance(replicas.value, int) and replicas.value > 1:
        words = f"{replicas.text} pods want the volume {claim.name}, and it is {mode}"
        return Contended(words, claim, replicas)
    surge = strategy["rollingUpdate"]["maxSurge"].text
    if strategy["type"].text in ("", "RollingUpdate") and surge not in ("0", "0%") and replicas.text != "0":
        words = "a rollout starts the new pod before the old one has left"
        return Contended(f"{words}, and the volume {claim.name} is {mode}", claim, strategy["type"])
    return None
