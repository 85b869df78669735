"""What rules see: the expanded tree, the inventory of the cluster, and each workspace in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Related
from opencode_policy.nodes import Node
from opencode_policy.parse import Parsed
from opencode_policy.policy.model import ClusterFile, Gateway, Policy, Workspace
from opencode_policy.resource import Field, Resource
from opencode_policy.schemas.store import SchemaStore
from opencode_policy.source import Source
from opencode_policy.workload import Container, Pod, pod_of


@dataclass(eq=False)
class Tree:
    """The tree that is checked.

    `sources` are all files read, `manifests` the parsed ones among them, `kustomizations` the paths of
    kustomization files; `loose` are files with objects that nothing applies; `missing` are paths of the
    policy's scope that do not exist; `schema_folders` hold schemas of CustomResourceDefinitions;
    `folders` are those whose files were asked for as manifests; `unseen` says what of the expansion only the
    cluster knows, `diagnostics` what parsing and expanding found wrong; `opaque` are files that are no text,
    byte by byte as characters.
    """

    policy: Policy
    sources: Mapping[str, Source]
    manifests: Mapping[str, Parsed]
    builds: Sequence[FluxBuild]
    resources: Sequence[Resource]
    loose: Sequence[str] = ()
    missing: Sequence[str] = ()
    schema_folders: Sequence[Path] = ()
    folders: Sequence[str] = (".",)
    unseen: Sequence[Related] = ()
    diagnostics: Sequence[Diagnostic] = ()
    opaque: Mapping[str, Source] = field(default_factory=dict)
    _kinds: dict[str, list[Resource]] = field(default_factory=dict)
    _places: dict[tuple[str, str], list[Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the resources by kind, and by kind and namespace."""
        for resource in self.resources:
            self._kinds.setdefault(resource.kind, []).append(resource)
            self._places.setdefault((resource.kind, resource.namespace), []).append(resource)

    @property
    def cluster(self) -> ClusterFile:
        """The inventory of what the cluster provides."""
        return self.policy.cluster

    def of_kind(self, kind: str, namespace: str | None = None) -> list[Resource]:
        """Resources of a kind, in one namespace or all."""
        found = self._kinds.get(kind, ()) if namespace is None else self._places.get((kind, namespace), ())
        return list(found)

    def get(self, kind: str, name: str, namespace: str = "") -> Resource | None:
        """The first resource with this identity."""
        return self._names.get((kind, namespace, name))

    @cached_property
    def _names(self) -> dict[tuple[str, str, str], Resource]:
        """The first object of each kind, namespace and name."""
        found: dict[tuple[str, str, str], Resource] = {}
        for item in self.resources:
            found.setdefault((item.kind, item.namespace, item.name), item)
        return found

    def applies(self, resource: Resource) -> bool:
        """Whether something applies an object; a tree without Flux is taken as its files say."""
        return resource.applied_by is not None or not self.builds

    def build_of(self, name: str) -> FluxBuild | None:
        """The Flux Kustomization of a name that the tree holds or the inventory applies."""
        return next((build for build in self.builds if build.name == name), None)

    def files_below(self, folder: str) -> list[Source]:
        """Sources in a folder and below it."""
        prefix = folder.rstrip("/") + "/"
        return [source for path, source in self.sources.items() if path.startswith(prefix)]

    @cached_property
    def schemas(self) -> SchemaStore:
        """Schemas of the kinds of the tree: those of its own CustomResourceDefinitions come first."""
        written = [item.field.python for item in self.of_kind("CustomResourceDefinition")]
        release = self.cluster.kubernetes_version or ""
        return SchemaStore.of(release, written, self.schema_folders)

    @cached_property
    def pods(self) -> list[Pod]:
        """Pods of every workload of the tree."""
        found = map(pod_of, self.resources)
        return [pod for pod in found if pod is not None]

    @cached_property
    def _pods_by_namespace(self) -> dict[str, list[Pod]]:
        found: dict[str, list[Pod]] = {}
        for pod in self.pods:
            found.setdefault(pod.workload.namespace, []).append(pod)
        return found

    def pods_in(self, namespace: str) -> list[Pod]:
        """Pods of the workloads of a namespace."""
        return self._pods_by_namespace.get(namespace, [])

    @cached_property
    def workspaces(self) -> list[WorkspaceTree]:
        """The workspaces that the policy names, whether the tree has them or not."""
        return [WorkspaceTree(self, spec) for spec in self.policy.settings.workspaces]

    def document_roots(self, path: str) -> Iterator[Node]:
        """Roots of the documents of a manifest as they are written."""
        parsed = self.manifests.get(path)
        for document in parsed.documents if parsed else ():
            if document.root is not None:
                yield document.root

    def resolve_variables(self, text: str) -> str:
        """A text of the policy with the inventory's variables in place of `${NAME}`."""
        for name, value in self.cluster.variables.items():
            text = text.replace("${" + name + "}", value)
        return text

    def gateway(self, name: str, namespace: str) -> Gateway | None:
        """A Gateway of the inventory."""
        gateways = (
            item for item in self.cluster.gateways if (item.name, item.namespace) == (name, namespace)
        )
        return next(gateways, None)


@dataclass(eq=False)
class WorkspaceTree:
    """One workspace of the policy, and what of the tree belongs to it.

    Its objects are those that its own Flux Kustomization applies; a workspace that is not in the tree
    has none, and a rule that finds nothing to judge then proves nothing.
    """

    tree: Tree
    spec: Workspace

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def policy(self) -> Policy:
        return self.tree.policy

    @property
    def cluster(self) -> ClusterFile:
        return self.tree.cluster

    @cached_property
    def build(self) -> FluxBuild | None:
        """The workspace's Flux Kustomization."""
        return self.tree.build_of(self.spec.name)

    @cached_property
    def resources(self) -> list[Resource]:
        """Objects that the workspace's Kustomization applies."""
        return self.build.resources if self.build else []

    def of_kind(self, kind: str) -> list[Resource]:
        """Objects of a kind among them."""
        return [item for item in self.resources if item.kind == kind]

    def get(self, kind: str, name: str) -> Resource | None:
        """An object of the workspace by kind and name."""
        return next((item for item in self.of_kind(kind) if item.name == name), None)

    @cached_property
    def pods(self) -> list[Pod]:
        """Pods of the workspace's workloads."""
        found = map(pod_of, self.resources)
        return [pod for pod in found if pod is not None]

    @cached_property
    def server(self) -> Container | None:
        """The container that runs the server: the one the policy names, else the only one of the pod.

        Where several workloads have such a container, the one that bears the workspace's name counts.
        """
        named = [c for pod in self.pods for c in pod.containers if c.name == self.spec.container]
        if named:
            return next((c for c in named if c.pod.workload.name == self.spec.name), named[0])
        lone = [pod.containers[0] for pod in self.pods if len(pod.containers) == 1]
        return lone[0] if len(lone) == 1 else None

    @cached_property
    def pod(self) -> Pod | None:
        """The pod of the server."""
        return self.server.pod if self.server else None

    @property
    def host(self) -> str:
        """Host of the UI with the inventory's variables resolved."""
        return self.tree.resolve_variables(self.spec.host)

    @property
    def anchor(self) -> Field | None:
        """Where to point when something of the workspace is missing: its Kustomization's name."""
        resource = self.build.resource if self.build else None
        return resource["metadata"]["name"] if resource else None
