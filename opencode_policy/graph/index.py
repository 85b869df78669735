"""Every object there is by kind, namespace and name: what the tree makes, and what the inventory lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cached_property
from weakref import WeakKeyDictionary

from opencode_policy.graph.kinds import GROUPS
from opencode_policy.lean import dataclass
from opencode_policy.policy.model import ClusterFile
from opencode_policy.resource import Resource
from opencode_policy.secrets.flow import SecretFlow, flow_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Pod, pod_of

ANYWHERE = "*"
"""Namespace of what the inventory lists without one although its kind has one."""


@dataclass(eq=False)
class Index:
    """Constant-time answers about one tree."""

    tree: Tree
    listed: frozenset[tuple[str, str, str]] = frozenset()
    _workload_pods: dict[int, Pod] = field(default_factory=dict)

    def written(self, kind: str, namespace: str, name: str) -> list[Resource]:
        """Objects of the tree with this identity, of the kind's own group."""
        found = self._by_name.get((kind, namespace, name), ())
        group = GROUPS.get(kind)
        return [item for item in found if group is None or item.id.group == group]

    def is_listed(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the inventory lists it."""
        return not self.listed.isdisjoint({(kind, namespace, name), (kind, ANYWHERE, name)})

    def lists_any(self, kind: str) -> bool:
        """Whether the inventory lists any object of a kind."""
        return kind in self._listed_kinds

    @cached_property
    def _listed_kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _, _ in self.listed)

    def elsewhere(self, kind: str, name: str) -> list[Resource]:
        """Objects of this kind and name in any namespace."""
        group = GROUPS.get(kind)
        found = self._by_kind_and_name.get((kind, name), ())
        return [item for item in found if group in (None, item.id.group)]

    def names(self, kind: str, namespace: str) -> list[str]:
        """Names of a kind in a namespace, for hints."""
        group = GROUPS.get(kind)
        own = [item.name for item in self.tree.of_kind(kind, namespace) if group in (None, item.id.group)]
        return [*own, *self._listed_names.get((kind, namespace), ())]

    @cached_property
    def flow(self) -> SecretFlow:
        """Every Secret there is, whoever makes it."""
        return flow_of(self.tree)

    def pod(self, resource: Resource) -> Pod | None:
        """The pod of a workload."""
        found = self._workload_pods.get(id(resource))
        if found is None:
            made = pod_of(resource)
            if made is not None:
                found = self._workload_pods[id(resource)] = made
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[Resource]]:
        found: dict[tuple[str, str, str], list[Resource]] = {}
        for item in self.tree.resources:
            found.setdefault((item.kind, item.namespace, item.name), []).append(item)
        return found

    @cached_property
    def _by_kind_and_name(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for item in self.tree.resources:
            found.setdefault((item.kind, item.name), []).append(item)
        return found

    @cached_property
    def _listed_names(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for kind, namespace, name in sorted(self.listed):
            found.setdefault((kind, namespace), []).append(name)
        return found


_INDEXES: WeakKeyDictionary[Tree, Index] = WeakKeyDictionary()


def index_of(tree: Tree) -> Index:
    """The index of a tree; made once."""
    found = _INDEXES.get(tree)
    if found is None:
        found = _INDEXES[tree] = Index(tree, frozenset(_listed(tree.cluster)))
    return found


def _listed(cluster: ClusterFile) -> Iterator[tuple[str, str, str]]:
    """Kind, namespace and name of everything in the inventory."""
    for item in (*cluster.objects, *cluster.sources):
        yield item.kind, item.namespace or _default_namespace(item.kind), item.name
    yield from (("Kustomization", item.namespace, item.name) for item in cluster.kustomizations)
    yield from (("Gateway", item.namespace, item.name) for item in cluster.gateways)
    kept: list[tuple[str, str]] = [(item.kind, item.name) for item in cluster.issuers]
    kept += [(item.kind, item.name) for item in cluster.secret_stores]
    yield from ((kind, "" if kind.startswith("Cluster") else ANYWHERE, name) for kind, name in kept)
    for gateway in cluster.gateways:
        names = (name for listener in gateway.listeners for name in listener.certificate_secrets)
        yield from (("Secret", gateway.namespace, name) for name in names)
    yield from _classes("StorageClass", (item.name for item in cluster.storage_classes))
    yield from _classes("VolumeSnapshotClass", cluster.snapshot_classes)


def _default_namespace(kind: str) -> str:
    return ANYWHERE if kind in ("GitRepository", "HelmRepository", "OCIRepository", "Bucket") else ""


def _classes(kind: str, names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    return ((kind, "", name) for name in names)
