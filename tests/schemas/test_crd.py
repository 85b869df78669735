"""Structural schemas as the API server reads them."""

from __future__ import annotations

from typing import Any

import pytest

from opencode_policy.schemas.crd import CrdError, json_schema, schemas_of
from opencode_policy.schemas.validator import Validator
from tests.schemas.crds import CRDS, needs_crds, structural


def broken(schema: dict[str, Any], spec: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Place and keyword of what a spec breaks."""
    whole = json_schema({"type": "object", "properties": {"spec": schema}})
    instance = {
        "apiVersion": "example.org/v1",
        "kind": "Demo",
        "metadata": {"name": "demo", "labels": {}},
        "spec": spec,
    }
    return [(item.path[1:], item.keyword) for item in Validator(whole).violations(instance)]


OBJECT = {"type": "object", "properties": {"size": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "spec"),
    [
        (OBJECT, {"size": 1}),
        (OBJECT, {}),
        (OBJECT, {"size": None}),
        ({**OBJECT, "x-kubernetes-preserve-unknown-fields": True}, {"size": 1, "more": [1]}),
        ({"type": "object"}, {"anything": 1}),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": "b"}),
        ({"type": "object", "additionalProperties": True, "properties": {}}, {"a": 1}),
        ({"x-kubernetes-int-or-string": True}, 5),
        ({"x-kubernetes-int-or-string": True}, "5"),
        ({"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}, "5Gi"),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, 1),
        ({"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"a": {"type": "string"}}},
         {"apiVersion": "v1", "kind": "Pod", "metadata": {}, "a": "b"}),
        ({**OBJECT, "oneOf": [{"required": ["size"]}, {"not": {"required": ["size"]}}]}, {"size": 1}),
        ({**OBJECT, "anyOf": [{"properties": {"size": {"minimum": 3}}}]}, {"size": 3}),
        ({"type": "array", "items": {"type": "string", "nullable": True}}, ["a", None]),
    ],
)  # fmt: skip
def test_what_the_api_server_takes_fits(schema: dict[str, Any], spec: Any) -> None:
    assert broken(schema, spec) == []


@pytest.mark.parametrize(
    ("schema", "spec", "expected"),
    [
        (OBJECT, {"sise": 1}, [(("sise",), "unknown")]),
        (OBJECT, {"size": "1"}, [(("size",), "type")]),
        (OBJECT, [], [((), "type")]),
        ({**OBJECT, "required": ["size"]}, {}, [((), "required")]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, [(("a",), "type")]),
        ({"x-kubernetes-int-or-string": True}, 1.5, [((), "type")]),
        ({"type": "string", "enum": ["A", "B"]}, "C", [((), "enum")]),
        ({"type": "string", "pattern": "^a+$"}, "b", [((), "pattern")]),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, 0, [((), "exclusiveMinimum")]),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1], [((1,), "type")]),
        ({**OBJECT, "anyOf": [{"properties": {"size": {"minimum": 3}}}]}, {"size": 2}, [((), "anyOf")]),
        ({**OBJECT, "not": {"required": ["size"]}}, {"size": 2}, [((), "not")]),
    ],
)  # fmt: skip
def test_what_the_api_server_refuses_does_not_fit(
    schema: dict[str, Any], spec: Any, expected: list[tuple[tuple[str | int, ...], str]]
) -> None:
    assert broken(schema, spec) == expected


@pytest.mark.parametrize(
    "crd",
    [
        None,
        [],
        {},
        {"spec": {}},
        {"spec": {"names": []}},
        {"spec": {"names": {"kind": "A"}, "versions": [{"name": "v1"}]}},
        {"spec": {"names": {"kind": "A"}, "versions": [{"name": "v1", "schema": {"openAPIV3Schema": []}}]}},
    ],
)
def test_what_is_no_definition_is_refused(crd: Any) -> None:
    with pytest.raises(CrdError):
        list(schemas_of(crd))


def test_a_schema_nested_without_end_is_refused() -> None:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(150):
        schema = {"type": "object", "properties": {"a": schema}}
    with pytest.raises(CrdError, match="nested deeper than 100 levels"):
        json_schema(schema)


@needs_crds
@pytest.mark.parametrize("file", sorted(CRDS.glob("*/*.json")), ids=lambda file: file.stem)
def test_every_definition_of_the_cluster_compiles(file: Any) -> None:
    kind, version = file.stem.rsplit("_", 1)
    schema = json_schema(structural(file.parent.name, kind, version))
    assert Validator(schema).violations({"apiVersion": "a/v1", "kind": 1, "metadata": {}, "spec": {}})
