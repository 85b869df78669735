"""Objects that SOPS encrypts: Flux decrypts them after the build, and nobody else can."""

from __future__ import annotations

from opencode_policy.expand.object import Object
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode

_FIELD = "sops"
_BEGINNING = "ENC["


def is_encrypted_value(text: str) -> bool:
    """Whether a scalar is what SOPS puts in the place of a value."""
    return text.startswith(_BEGINNING) and text.endswith("]")


def decrypted(item: Object) -> Object:
    """The object without what SOPS adds, its encrypted values marked as unknown; itself if it has none.

    kustomize-controller removes the field with which SOPS seals an object (internal/decryptor).
    """
    if not isinstance(item.root.get(_FIELD), MappingNode):
        return item
    entries = {name: entry for name, entry in item.root.entries.items() if name != _FIELD}
    root = _marked(item.root.with_entries(entries))
    return Object(root, item.path) if isinstance(root, MappingNode) else item


def _marked(node: Node) -> Node:
    if isinstance(node, ScalarNode):
        if not is_encrypted_value(node.value):
            return node
        return node.copy(Change("unknown", "SOPS encrypts this value", node.location))
    if isinstance(node, MappingNode):
        return node.with_entries({name: (key, _marked(value)) for name, (key, value) in node.entries.items()})
    return node.with_items([_marked(item) for item in node.items]) if isinstance(node, SequenceNode) else node
