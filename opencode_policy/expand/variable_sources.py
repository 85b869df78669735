"""ConfigMaps and Secrets that Flux reads variables from: those of the tree, then those of the inventory.

Of a Secret that SOPS encrypts, that an ExternalSecret fetches or that is sealed, only the names are known.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import field

from opencode_policy.expand.encrypted import is_encrypted_value
from opencode_policy.expand.object import text_of
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.policy.model import ClusterFile, ExistingObject
from opencode_policy.resource import Resource

PRODUCERS = ("ExternalSecret", "SealedSecret")
KINDS = frozenset(("ConfigMap", "Secret", *PRODUCERS))
"""Kinds that hold variables, or make a Secret that does."""

Value = tuple[str | None, Location | None]
"""A value, None where it is not known, and where it was written, None for the inventory."""


@dataclass(frozen=True, slots=True)
class Data:
    """What an object holds. `others` says why it may hold more than is known, empty where it does not."""

    origin: str
    values: Mapping[str, Value]
    others: str = ""


@dataclass(slots=True)
class VariableSources:
    """Objects by kind and name. `applied` come first, then `written` ones, then the inventory's.

    `read` remembers what each question was answered with, so that a later pass can tell whether it still
    holds.
    """

    cluster: ClusterFile
    written: Iterable[Resource] = ()
    read: dict[tuple[str, str, str], Data | None] = field(default_factory=dict)
    _applied: dict[tuple[str, str], list[Resource]] = field(default_factory=dict)
    _written: dict[tuple[str, str], list[Resource]] | None = None

    def add(self, resources: Iterable[Resource]) -> None:
        """Take note of objects that Flux applies."""
        _index(self._applied, resources)

    def find(self, kind: str, namespace: str, name: str) -> Data | None:
        """What the ConfigMap or Secret of this name holds, None where there is no such object."""
        found = self.read[kind, namespace, name] = self._find(kind, namespace, name)
        return found

    def settled(self) -> bool:
        """Whether every question would be answered as it was, now that all objects are known."""
        return all(self._find(*key) == data for key, data in list(self.read.items()))

    def _find(self, kind: str, namespace: str, name: str) -> Data | None:
        if self._written is None:
            self._written = {}
            _index(self._written, self.written)
        for objects in (self._applied, self._written):
            for resource in objects.get((kind, name), ()):
                if resource.namespace in (namespace, ""):
                    return _data_of(resource)
        made = self._made(namespace, name) if kind == "Secret" else None
        return made or self._listed(kind, namespace, name)

    def _made(self, namespace: str, name: str) -> Data | None:
        """What an object that makes the Secret says of it."""
        for objects in (self._applied, self._written or {}):
            for resource in (item for key, items in objects.items() if key[0] in PRODUCERS for item in items):
                if resource.namespace in (namespace, "") and _target(resource) == name:
                    return _produced(resource)
        return None

    def _listed(self, kind: str, namespace: str, name: str) -> Data | None:
        """What the inventory says: the values of its variables, for all or for the keys that it lists."""
        for item in self.cluster.objects:
            if (item.kind, item.name, item.namespace) == (kind, name, namespace):
                return inventory_data(self.cluster, item)
        return None


def inventory_data(cluster: ClusterFile, item: ExistingObject | None = None) -> Data:
    """The variables of the inventory; of one of its objects that lists its keys, only those."""
    values: dict[str, Value] = {name: (value, None) for name, value in cluster.variables.items()}
    values |= dict.fromkeys(cluster.unknown_variables, (None, None))
    if item is not None and item.keys:
        values = {name: values.get(name, (None, None)) for name in item.keys}
    return Data("inventory of the cluster", values)


def _index(objects: dict[tuple[str, str], list[Resource]], resources: Iterable[Resource]) -> None:
    for resource in resources:
        if resource.kind in KINDS:
            objects.setdefault((resource.kind, resource.name), []).append(resource)


def _data_of(resource: Resource) -> Data:
    values: dict[str, Value] = {}
    for field_name in ("data", "stringData"):
        pairs = resource.root.get(field_name)
        coded = resource.kind == "Secret" and field_name == "data"
        for name, (_, node) in pairs.entries.items() if isinstance(pairs, MappingNode) else ():
            values[name] = (_value(node, coded=coded), node.location)
    return Data(str(resource.id), values)


def _value(node: Node, *, coded: bool) -> str | None:
    text = text_of(node)
    if is_encrypted_value(text) or any(change.kind == "unknown" for change in node.history):
        return None
    if not coded:
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _target(resource: Resource) -> str:
    """Name of the Secret that an object makes."""
    template = resource["spec"]["template"]["metadata"]["name"].text
    named = resource["spec"]["target"]["name"].text if resource.kind == "ExternalSecret" else template
    return named or resource.name


def _produced(resource: Resource) -> Data:
    """Names of the keys that an ExternalSecret or SealedSecret puts into its Secret.

    A template that replaces the data says them all; `dataFrom` brings names that only the store knows.
    """
    spec = resource["spec"]
    template = spec["target"]["template"]
    pairs = template["data"].node if resource.kind == "ExternalSecret" else spec["encryptedData"].node
    values: dict[str, Value] = {}
    for name, (key, _) in pairs.entries.items() if isinstance(pairs, MappingNode) else ():
        values[name] = (None, key.location)
    if pairs is not None and template["mergePolicy"].text != "Merge":
        return Data(str(resource.id), values)
    listed = spec["data"].node
    for item in listed.items if isinstance(listed, SequenceNode) else ():
        named = item.get("secretKey") if isinstance(item, MappingNode) else None
        if isinstance(named, ScalarNode):
            values[named.value] = (None, named.location)
    others = f"what the {resource.id} brings is known in its store only" if spec["dataFrom"] else ""
    return Data(str(resource.id), values, others)
