"""From the structural schema of a CustomResourceDefinition to a JSON Schema that says the same.

A structural schema (Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions") is
OpenAPI 3.0 with extensions: unknown fields are pruned where nothing preserves them, an int-or-string has no
type, null is dropped where it is not declared, and apiVersion, kind and metadata are always there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Identity = tuple[str, str, str]
"""Group, version and kind."""

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_KEPT = (
    "enum", "exclusiveMaximum", "exclusiveMinimum", "maxItems", "maxLength", "maxProperties", "maximum",
    "minItems", "minLength", "minProperties", "minimum", "multipleOf", "pattern", "required", "uniqueItems",
    "x-kubernetes-validations",
)  # fmt: skip
_METADATA: Json = {"type": "object"}
_DEEPEST = 100


class CrdError(Exception):
    """A CustomResourceDefinition that has no usable schema; the text says why."""


def schemas_of(crd: Any) -> Iterator[tuple[Identity, Json, bool]]:
    """Identity, schema and whether it is served, for each version of a CustomResourceDefinition.

    Raises CrdError for an object that is none, or one without a schema.
    """
    spec = crd.get("spec") if isinstance(crd, Mapping) else None
    names = spec.get("names") if isinstance(spec, Mapping) else None
    kind = names.get("kind") if isinstance(names, Mapping) else None
    if not isinstance(spec, Mapping) or not isinstance(kind, str):
        raise CrdError("the CustomResourceDefinition names no kind")
    versions = spec.get("versions")
    for version in versions if isinstance(versions, list) else ():
        if isinstance(version, Mapping):
            yield _version(str(spec.get("group", "")), kind, version)


def _version(group: str, kind: str, version: Mapping[str, Any]) -> tuple[Identity, Json, bool]:
    name = str(version.get("name", ""))
    schema = version.get("schema")
    root = schema.get("openAPIV3Schema") if isinstance(schema, Mapping) else None
    if not isinstance(root, Mapping):
        raise CrdError(f"version '{name}' of {kind} has no openAPIV3Schema")
    return (group, name, kind), json_schema(root), version.get("served", True) is not False


def json_schema(structural: Mapping[str, Any]) -> Json:
    """JSON Schema (draft 2020-12) of a whole object of this structural schema; raises CrdError for none."""
    schema = _converted(structural, 0)
    properties = schema.setdefault("properties", {})
    for name in ("apiVersion", "kind"):
        properties[name] = {"type": "string"}
    properties["metadata"] = _METADATA
    return schema


def _converted(node: Mapping[str, Any], depth: int) -> Json:
    if depth > _DEEPEST:
        raise CrdError(f"the schema is nested deeper than {_DEEPEST} levels")
    found: Json = {key: node[key] for key in _KEPT if key in node}
    if node.get(_INT_OR_STRING) is True:
        found["type"] = ["integer", "string"]
    elif "type" in node:
        found["type"] = _type(node)
    _exclusive(found)
    properties = node.get("properties")
    if isinstance(properties, Mapping):
        found["properties"] = {
            name: _converted(item, depth + 1)
            for name, item in properties.items()
            if isinstance(item, Mapping)
        }
    _close(found, node, depth)
    if isinstance(node.get("items"), Mapping):
        found["items"] = _converted(node["items"], depth + 1)
    _combine(found, node, depth)
    return found


def _type(node: Mapping[str, Any]) -> str | list[str]:
    """A field of null is as good as an absent one: the API server drops it before it validates."""
    return [str(node["type"]), "null"]


def _exclusive(found: Json) -> None:
    """OpenAPI 3.0 marks an exclusive bound by a flag beside it."""
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        value = found.get(flag)
        if isinstance(value, bool):
            del found[flag]
            if value and bound in found:
                found[flag] = found.pop(bound)


def _close(found: Json, node: Mapping[str, Any], depth: int) -> None:
    """Refuse unknown fields where the API server would prune them."""
    additional = node.get("additionalProperties")
    if isinstance(additional, Mapping):
        found["additionalProperties"] = _converted(additional, depth + 1)
    elif node.get(_PRESERVE) is True or additional is True:
        return
    elif "properties" in found:
        found["additionalProperties"] = False
    if node.get(_EMBEDDED) is True:
        embedded = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _METADATA}
        found["properties"] = {**embedded, **found.get("properties", {})}


def _combine(found: Json, node: Mapping[str, Any], depth: int) -> None:
    """Value validations: they add to what properties say and close nothing."""
    for key in ("allOf", "anyOf", "oneOf"):
        parts = node.get(key)
        if isinstance(parts, list):
            found[key] = [_value_validation(part, depth + 1) for part in parts if isinstance(part, Mapping)]
    if isinstance(node.get("not"), Mapping):
        found["not"] = _value_validation(node["not"], depth + 1)


def _value_validation(node: Mapping[str, Any], depth: int) -> Json:
    found = _converted(node, depth)
    found.pop("additionalProperties", None)
    if (
        isinstance(found.get("type"), list)
        and "null" in found["type"]
        and node.get(_INT_OR_STRING) is not True
    ):
        found["type"] = node["type"]
    for name, item in (node.get("properties") or {}).items():
        if isinstance(item, Mapping):
            found["properties"][name] = _value_validation(item, depth + 1)
    if isinstance(node.get("items"), Mapping):
        found["items"] = _value_validation(node["items"], depth + 1)
    return found
