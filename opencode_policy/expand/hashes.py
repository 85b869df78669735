"""The hash that kustomize adds to the names of generated objects (api/hasher)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from opencode_policy.expand.names import rename
from opencode_policy.expand.object import Object
from opencode_policy.nodes import MappingNode, Node, ScalarNode
from opencode_policy.scalars import Value, to_python

_LETTERS = str.maketrans("013ae", "ghkmt")
_LENGTH = 10
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def add_hashes(objects: list[Object]) -> None:
    """Put the hash of its content to the name of every generated object that wants one."""
    for item in objects:
        name = item.metadata.get("name") if item.metadata else None
        if item.hashed and isinstance(name, ScalarNode):
            item.remember()
            rename(item, name, f"{name.value}-{content_hash(item.root)}", name, "hash")


def content_hash(root: MappingNode) -> str:
    """Ten characters that stand for the kind and the data of a ConfigMap or Secret.

    The name is meant to count too; kustomize looks for it in a field that does not exist.
    """
    fields: dict[str, Value] = {"kind": _value(root.get("kind")), "name": ""}
    fields["data"] = _value(root.get("data"))
    if fields["kind"] == "Secret":
        fields["type"] = _value(root.get("type"))
    for more in ("binaryData",) if fields["kind"] == "ConfigMap" else ("stringData",):
        if isinstance(root.get(more), MappingNode):
            fields[more] = to_python(root.get(more))
    digest = hashlib.sha256(as_go_writes(fields).encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:_LENGTH].translate(_LETTERS)


def as_go_writes(fields: Mapping[str, Value]) -> str:
    """JSON as Go's encoder writes it: keys sorted, no blanks, a few characters escaped."""
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


def _value(node: Node | None) -> Value:
    """A field of the object; empty text where there is none, and null where a list stands for the mapping."""
    if node is None:
        return ""
    if isinstance(node, ScalarNode):
        return node.value
    return to_python(node) if isinstance(node, MappingNode) else None
