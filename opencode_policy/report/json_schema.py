"""JSON Schema of the JSON report, derived from its types."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from opencode_policy.report.json_types import ReportV1

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMES = {str: "string", int: "integer", NoneType: "null"}

Schema = dict[str, Any]


def json_v1_schema() -> Schema:
    """Schema of version 1. Unknown keys are allowed, as a later release may add some."""
    definitions: dict[str, Schema] = {}
    top = _schema(ReportV1, definitions)
    name = top["$ref"].rpartition("/")[2]
    return {
        "$schema": DIALECT,
        "title": "opencode-policy report",
        **definitions.pop(name),
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(hint: Any, definitions: dict[str, Schema]) -> Schema:
    """Schema of a type; that of a TypedDict goes into `definitions` and is referred to."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(_schema(arguments[0], definitions), arguments[1:])
    if origin is Literal:
        return {"enum": list(arguments)} if len(arguments) > 1 else {"const": arguments[0]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(argument, definitions) for argument in arguments]}
    if is_typeddict(hint):
        return _reference(hint, definitions)
    return {"type": _NAMES[hint]}


def _annotated(schema: Schema, metadata: tuple[Any, ...]) -> Schema:
    for item in metadata:
        schema = {**schema, **(item if isinstance(item, dict) else {"description": item})}
    return schema


def _reference(cls: Any, definitions: dict[str, Schema]) -> Schema:
    name = cls.__name__.removesuffix("V1").lower()
    if name not in definitions:
        hints = get_type_hints(cls, include_extras=True)
        definitions[name] = {
            "description": cls.__doc__,
            "type": "object",
            "required": list(hints),
            "properties": {key: _schema(value, definitions) for key, value in hints.items()},
        }
    return {"$ref": f"#/$defs/{name}"}
