"""Objects on their way through a build: documents, the items of lists, their identity."""

from __future__ import annotations

from opencode_policy.expand.built_in_kinds import is_cluster_scoped
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


CLUSTER_ID = "_non_namespaceable_"
"""What stands for the namespace in the identity of a kind that kustomize knows to have none."""

DEFAULT_NAMESPACE = "default"

Past = tuple[str, str, str]
"""Kind, name and namespace that an object had before a step of the build changed one of them."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What kustomize tells objects apart by; `namespace` is never empty (kyaml resid, EffectiveNamespace)."""

    api_version: str
    kind: str
    name: str
    namespace: str

    def __str__(self) -> str:
        hidden = self.namespace in (CLUSTER_ID, DEFAULT_NAMESPACE)
        return f"{self.kind} {'' if hidden else self.namespace + '/'}{self.name}"


@dataclass(slots=True)
class Object:
    """One object of a build, and the file it was written in.

    `past` are its earlier identities, oldest first; `prefixes` and `suffixes` those added to its name.
    `hashed` says that the hash of its content will be added to the name, `maker` is the kind of generator
    that made it, `behavior` what that does with an object that exists already; `shared` are values that
    stand in several places (see `aliases`).
    `root` is replaced by each step, `known` is its identity at one of them; no other build sees this object.
    """

    root: MappingNode
    path: str
    past: tuple[Past, ...] = ()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    hashed: bool = False
    maker: str = ""
    behavior: str = ""
    shared: tuple[Node, ...] = ()
    known: tuple[MappingNode, Identity] | None = None

    @property
    def api_version(self) -> str:
        return text_of(self.root.get("apiVersion"))

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
    def written_namespace(self) -> str:
        """As written, whatever the kind."""
        return text_of(self.metadata.get("namespace")) if self.metadata else ""

    @property
    def namespace(self) -> str:
        """As written; empty for a cluster-scoped kind."""
        return "" if self.kind in CLUSTER_SCOPED else self.written_namespace

    @property
    def id(self) -> ObjectId:
        return ObjectId(self.api_version, self.kind, self.namespace, self.name)

    @property
    def identity(self) -> Identity:
        """Its present identity."""
        if self.known is None or self.known[0] is not self.root:
            self.known = self.root, self._identity()
        return self.known[1]

    def _identity(self) -> Identity:
        version, kind, metadata = self.api_version, self.kind, self.metadata
        name = text_of(metadata.get("name")) if metadata else ""
        if is_cluster_scoped(version, kind):
            return Identity(version, kind, name, CLUSTER_ID)
        namespace = text_of(metadata.get("namespace")) if metadata else ""
        return Identity(version, kind, name, namespace or DEFAULT_NAMESPACE)

    @property
    def past_identities(self) -> list[Identity]:
        """Its earlier identities, oldest first; the version is always the present one."""
        version = self.api_version
        return [Identity(version, kind, name, namespace) for kind, name, namespace in self.past]

    @property
    def first_kind(self) -> str:
        return self.past[0][0] if self.past else self.kind

    @property
    def first_identity(self) -> Identity:
        """The identity it was written with."""
        if not self.past:
            return self.identity
        kind, name, namespace = self.past[0]
        return Identity(self.api_version, kind, name, namespace)

    @property
    def is_marked(self) -> bool:
        """Whether kustomize keeps notes of its own about the object, which it does in annotations."""
        return bool(self.past or self.prefixes or self.suffixes or self.maker)

    def remember(self) -> None:
        """Keep the present identity: a step is about to change it."""
        now = self.identity
        self.past = (*self.past, (now.kind, now.name, now.namespace))


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
