"""The way of a secret: from its name in the store, over a key of a Secret, into a container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from weakref import WeakKeyDictionary

from opencode_policy.expand.files import KUSTOMIZATION_NAMES
from opencode_policy.lean import dataclass
from opencode_policy.nearest import nearest
from opencode_policy.secrets.external_secret import KIND, Fetch, SecretKey, fetches
from opencode_policy.secrets.producers import (
    EVERYWHERE,
    ProducedSecret,
    produced_by,
    produced_by_cluster,
    produced_by_kustomization,
)
from opencode_policy.secrets.use import SecretUse, uses_of
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod, SecretReference

REQUIREMENTS = {"token": "SECR-01", "password": "SECR-02", "auth": "SECR-03"}
"""The roles that a workspace's secrets have, and the requirement on each."""


@dataclass(eq=False)
class SecretFlow:
    """Every Secret that exists once the tree is applied, by namespace and name."""

    _by_name: dict[tuple[str, str], list[ProducedSecret]] = field(default_factory=dict)
    _by_origin: dict[str, list[tuple[ProducedSecret, SecretKey]]] = field(default_factory=dict)

    def add(self, secrets: Iterable[ProducedSecret]) -> None:
        """Take in what a source makes."""
        for secret in secrets:
            self._by_name.setdefault((secret.namespace, secret.name), []).append(secret)
            for key in secret.keys.values():
                for name in filter(None, key.made_of):
                    self._by_origin.setdefault(name, []).append((secret, key))

    def makers(self, namespace: str, name: str) -> list[ProducedSecret]:
        """Everything that makes this Secret or adds to it; nothing where it is only added to."""
        found = [*self._by_name.get((namespace, name), ()), *self._by_name.get((EVERYWHERE, name), ())]
        return found if any(not maker.merged for maker in found) else []

    def key(self, namespace: str, name: str, key: str) -> SecretKey | None:
        """A key of a Secret."""
        return next((m.keys[key] for m in self.makers(namespace, name) if key in m.keys), None)

    def names_in(self, namespace: str) -> list[str]:
        """Names of the Secrets of a namespace."""
        return [name for place, name in self._by_name if place in (namespace, EVERYWHERE)]

    def made_of(self, name: str, namespace: str) -> list[tuple[ProducedSecret, SecretKey]]:
        """Keys of a namespace's Secrets that are made of a name in the store."""
        found = self._by_origin.get(name, ())
        return [(secret, key) for secret, key in found if secret.namespace == namespace]


_FLOWS: WeakKeyDictionary[Tree, SecretFlow] = WeakKeyDictionary()


def flow_of(tree: Tree) -> SecretFlow:
    """The Secrets of a tree; worked out once."""
    flow = _FLOWS.get(tree)
    if flow is None:
        flow = _FLOWS[tree] = SecretFlow()
        flow.add(produced_by(tree.resources))
        flow.add(produced_by_cluster(tree.cluster))
        for path in tree.manifests:
            if path.rpartition("/")[2] in KUSTOMIZATION_NAMES:
                for root in tree.document_roots(path):
                    flow.add(produced_by_kustomization(root))
    return flow


@dataclass(frozen=True, slots=True)
class Dangling:
    """A reference of a pod to a Secret or key that nothing makes, and the names that were near."""

    pod: Pod
    reference: SecretReference
    secret: str | None
    key: SecretKey | None

    @property
    def secret_exists(self) -> bool:
        return self.secret == self.reference.secret


def dangling(workspace: WorkspaceTree) -> Iterator[Dangling]:
    """References of the workspace's pods that cannot be resolved; image pull secrets are no concern here."""
    flow = flow_of(workspace.tree)
    for pod in workspace.pods:
        namespace = pod.workload.namespace
        for reference in pod.secret_references():
            if reference.how == "imagePull":
                continue
            makers = flow.makers(namespace, reference.secret)
            known = any(maker.opaque or reference.key in ("", *maker.keys) for maker in makers)
            if not known:
                yield _dangling(flow, pod, reference, exists=bool(makers))


def _dangling(flow: SecretFlow, pod: Pod, reference: SecretReference, *, exists: bool) -> Dangling:
    namespace = pod.workload.namespace
    secret = reference.secret if exists else nearest(reference.secret, flow.names_in(namespace))
    makers = flow.makers(namespace, secret) if secret else []
    keys = {name: key for maker in makers for name, key in maker.keys.items()}
    close = nearest(reference.key, keys, cutoff=0.5) if reference.key else None
    return Dangling(pod, reference, secret, keys[close] if close else None)


def fetched(workspace: WorkspaceTree) -> list[Fetch]:
    """Everything the workspace's ExternalSecrets fetch by name."""
    return [fetch for resource in workspace.of_kind(KIND) for fetch in fetches(resource)]


def role_of(workspace: WorkspaceTree, names: Iterable[str]) -> str | None:
    """The role of the workspace's secret of one of these names in the store."""
    wanted = set(names)
    return next((role for role, name in workspace.spec.secrets.items() if name in wanted), None)


def uses_of_role(workspace: WorkspaceTree, role: str) -> list[tuple[SecretKey, SecretUse]]:
    """Every use, by a container of the workspace, of a key that is made of the role's secret."""
    return uses_of_name(workspace, workspace.spec.secrets.get(role, ""))


def uses_of_name(workspace: WorkspaceTree, name: str) -> list[tuple[SecretKey, SecretUse]]:
    """Every use, by a container of the workspace, of a key that is made of this name in the store."""
    flow = flow_of(workspace.tree)
    found = []
    for pod in workspace.pods:
        keys = flow.made_of(name, pod.workload.namespace)
        for use in (use for container in pod.all_containers for use in uses_of(container)):
            found += [(key, use) for secret, key in keys if use.takes(secret.name, key.name)]
    return found
