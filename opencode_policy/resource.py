"""A Kubernetes object, as written or as expansion made it, and the fields inside it."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, Scalar, ScalarNode, SequenceNode
from opencode_policy.scalars import Value, resolve, to_python


@dataclass(frozen=True, slots=True)
class ObjectId:
    """What the API server knows an object by; `namespace` is empty for a cluster-scoped one.

    `view` names an object that a HelmRelease makes, where the identity is that of the HelmRelease.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    view: str = ""

    @property
    def group(self) -> str:
        """API group without the version; empty for the core group."""
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place} ({self.view})" if self.view else f"{self.kind} {place}"


@dataclass(eq=False, slots=True)
class Resource:
    """One object. `root` is the expanded node, `applied_by` the Flux Kustomization that applies it.

    `applied_by` is the name of that Kustomization, or None when nothing in tree or inventory applies
    the object (it is then taken as the file says). `release` is the HelmRelease that makes the object: the
    object is then a view, and stands in no file of its own. A view is `partial` where the release has values
    that the tree does not show: what is missing in it may be there.
    """

    id: ObjectId
    root: MappingNode
    path: str
    applied_by: str | None = None
    release: Resource | None = None
    partial: bool = False

    @property
    def written(self) -> ObjectId:
        """Identity of what somebody wrote: the object itself, or the release of a view."""
        if self.release is None:
            return self.id
        own = self.release.id
        return ObjectId(own.api_version, own.kind, own.namespace, own.name, f"{self.kind} {self.name}")

    @property
    def kind(self) -> str:
        return self.id.kind

    @property
    def name(self) -> str:
        return self.id.name

    @property
    def namespace(self) -> str:
        return self.id.namespace

    @property
    def field(self) -> Field:
        """The object's root as a field."""
        return Field(self, self.root, None, ())

    def __getitem__(self, key: str) -> Field:
        return self.field[key]


class Field:
    """A place inside a resource that may or may not be filled.

    Indexing never fails: a missing key gives a field without a node, whose location is that of the
    deepest ancestor that exists. So a rule reads `pod["securityContext"]["runAsUser"]` and asks `value`.
    """

    __slots__ = ("_key", "_parent", "node", "path", "resource")

    def __init__(
        self,
        resource: Resource,
        node: Node | None,
        key: ScalarNode | None,
        path: tuple[str | int, ...],
        parent: Field | None = None,
    ) -> None:
        self.resource = resource
        self.node = node
        self.path = path
        self._key = key
        self._parent = parent

    def __getitem__(self, key: str | int) -> Field:
        node, path = self.node, (*self.path, key)
        if isinstance(node, MappingNode) and isinstance(key, str) and key in node.entries:
            key_node, value = node.entries[key]
            return Field(self.resource, value, key_node, path, self)
        if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.items):
            return Field(self.resource, node.items[key], None, path, self)
        return Field(self.resource, None, None, path, self)

    def at(self, *path: str | int) -> Field:
        """The field several steps below."""
        field = self
        for step in path:
            field = field[step]
        return field

    def __iter__(self) -> Iterator[Field]:
        """Items of a list; nothing for anything else."""
        if isinstance(self.node, SequenceNode):
            for index, item in enumerate(self.node.items):
                yield Field(self.resource, item, None, (*self.path, index), self)

    def entries(self) -> Iterator[tuple[str, Field]]:
        """Keys and values of a mapping; nothing for anything else."""
        if isinstance(self.node, MappingNode):
            for name, (key, value) in self.node.entries.items():
                yield name, Field(self.resource, value, key, (*self.path, name), self)

    def __bool__(self) -> bool:
        """Whether the field is written, and not as null."""
        return self.exists and not (isinstance(self.node, ScalarNode) and resolve(self.node) is None)

    @property
    def exists(self) -> bool:
        """Whether the field is written at all, be it as null."""
        return self.node is not None

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, SequenceNode)

    @property
    def value(self) -> Scalar:
        """Resolved value of a scalar; None where there is none or a collection stands."""
        return resolve(self.node) if isinstance(self.node, ScalarNode) else None

    @property
    def text(self) -> str:
        """Text of a scalar as written (`5`, `true`), empty where there is none."""
        return self.node.value if isinstance(self.node, ScalarNode) else ""

    @property
    def python(self) -> Value:
        """The whole field as Python values."""
        return to_python(self.node)

    @property
    def parent(self) -> Field | None:
        return self._parent

    @property
    def pointer(self) -> str:
        """JSON pointer from the root of the object."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)

    @property
    def anchor(self) -> str:
        """The pointer with list items by the name they have, so that it survives their reordering."""
        above = self._parent
        if above is None or not self.path:
            return self.pointer
        step = self.path[-1]
        name = _name_of(self.node) if isinstance(step, int) else ""
        word = f"[{name}]" if name else str(step)
        return f"{above.anchor}/{word.replace('~', '~0').replace('/', '~1')}"

    @property
    def dotted(self) -> str:
        """Path as people write it: `spec.template.spec.containers[0].image`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")

    @property
    def location(self) -> Location:
        """The authored token that decides the field.

        A scalar is that scalar; a collection is its key, or the entry a reader knows it by (`name`,
        else its first key); a missing field is its nearest ancestor that exists.
        """
        if self.node is None:
            return self._parent.location if self._parent is not None else _label(self.resource.root)
            return _label(self.resource.root) if self._parent is None else self._parent.location
        if isinstance(self.node, ScalarNode) and (self.node.value or self._key is None):
            return self.node.location
        return self._key.location if self._key is not None else _label(self.node)

    @property
    def as_key(self) -> Field:
        """The same place, shown by its key rather than its value; itself where it has no key."""
        if self._key is None:
            return self
        return Field(self.resource, self._key, None, self.path, self._parent)

    @property
    def key_location(self) -> Location:
        """Where the field's key stands; its own location when it has no key."""
        return self._key.location if self._key is not None else self.location


def _name_of(node: Node | None) -> str:
    """What an item of a list is known by; empty where it has no name."""
    value = node.get("name") if isinstance(node, MappingNode) else None
    return value.value if isinstance(value, ScalarNode) else ""


def _label(node: Node) -> Location:
    """The token by which a reader recognises a mapping without a key of its own."""
    if isinstance(node, MappingNode):
        for name in ("kind", "name"):
            value = node.get(name)
            if isinstance(value, ScalarNode) and value.value:
                return value.location
        first = next(iter(node.entries.values()), None)
        if first is not None:
            return first[0].location
    return node.location
