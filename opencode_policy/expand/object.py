"""Objects on their way through a build: documents, the items of lists, their identity."""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import Document
from opencode_policy.resource import ObjectId

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "ClusterExternalSecret",
        "ClusterIssuer",
        "ClusterPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterSecretStore",
        "CustomResourceDefinition",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeSnapshotClass",
    }
)
"""Kinds without a namespace: Kubernetes' own, and those of the operators that Flux clusters run."""


@dataclass(slots=True)
class Object:
    """One object of a build, and the file it was written in."""

    root: MappingNode
    path: str

    @property
    def kind(self) -> str:
        return text_of(self.root.get("kind"))

    @property
    def metadata(self) -> MappingNode | None:
        metadata = self.root.get("metadata")
        return metadata if isinstance(metadata, MappingNode) else None

    @property
    def name(self) -> str:
        return text_of(self.metadata.get("name")) if self.metadata else ""

    @property
    def namespace(self) -> str:
        """As written; empty for a cluster-scoped kind."""
        if self.kind in CLUSTER_SCOPED or self.metadata is None:
            return ""
        return text_of(self.metadata.get("namespace"))

    @property
    def id(self) -> ObjectId:
        return ObjectId(text_of(self.root.get("apiVersion")), self.kind, self.namespace, self.name)


def text_of(node: Node | None) -> str:
    """Text of a scalar, empty for anything else."""
    return node.value if isinstance(node, ScalarNode) else ""


def objects_of(document: Document, path: str) -> tuple[list[Object], list[Diagnostic]]:
    """Objects of one document of a resource file; a List gives its items."""
    root = document.root
    if root is None or (isinstance(root, ScalarNode) and not root.value and root.plain):
        return [], []
    if not isinstance(root, MappingNode):
        message = "a manifest must be a mapping with apiVersion, kind and metadata.name"
        return [], [Diagnostic("document-not-an-object", message, root.location)]
    if text_of(root.get("kind")).endswith("List") and isinstance(root.get("items"), SequenceNode):
        return _list_items(root, path)
    missing = [name for name in ("apiVersion", "kind") if not text_of(root.get(name))]
    if not Object(root, path).name:
        missing.append("metadata.name")
    if missing:
        key = next(iter(root.entries.values()), None)
        message = f"the object lacks {', '.join(missing)}"
        place = key[0].location if key else root.location
        return [], [Diagnostic("document-not-an-object", message, place)]
    return [Object(root, path)], []


def _list_items(root: MappingNode, path: str) -> tuple[list[Object], list[Diagnostic]]:
    objects: list[Object] = []
    diagnostics: list[Diagnostic] = []
    items = root.get("items")
    for item in items.items if isinstance(items, SequenceNode) else ():
        found, wrong = objects_of(Document(root.source, 0, item), path)
        objects += found
        diagnostics += wrong
    return objects, diagnostics


def looks_like_an_object(root: Node | None) -> bool:
    """Whether a document is meant to be a Kubernetes object: it names a version and a kind."""
    return isinstance(root, MappingNode) and bool(
        text_of(root.get("apiVersion")) and text_of(root.get("kind"))
    )
