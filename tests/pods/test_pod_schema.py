"""The table of a pod's fields against the schema that Kubernetes publishes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from opencode_policy.pod_schema import ANY, BOOLEAN, INTEGER, POD_SPEC, PORT, TEXT, Shape

_TYPES = {"string": TEXT, "integer": INTEGER, "boolean": BOOLEAN}


@cache
def definitions() -> dict[str, Any]:
    package = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    folder = Path(package.__file__).parent / "kubernetes-json-schema" / "v1.35.0-local-strict"
    found: dict[str, Any] = json.loads((folder / "_definitions.json").read_text())["$defs"]
    return found


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return definitions()[reference.rpartition("/")[2]] if reference else schema


def differences(shape: Shape, schema: dict[str, Any], path: str) -> list[str]:
    schema = resolved(schema)
    if shape == ANY:
        return []
    if shape == PORT:
        kinds = {kind for one in schema["oneOf"] for kind in one["type"]}
        return [] if {"string", "integer"} <= kinds else [path]
    if isinstance(shape, list):
        return differences(shape[0], schema["items"], path + "[]") if "items" in schema else [path]
    if isinstance(shape, dict):
        wrong = [f"{path}.{name}" for name in shape.keys() ^ schema["properties"].keys()]
        for name in shape.keys() & schema["properties"].keys():
            wrong += differences(shape[name], schema["properties"][name], f"{path}.{name}")
        return wrong
    written = schema["type"]
    kinds = {written} if isinstance(written, str) else set(written) - {"null"}
    return [] if {_TYPES[kind] for kind in kinds} == {shape} else [path]


def test_every_field_is_known_with_its_type() -> None:
    schema = definitions()["io.k8s.api.core.v1.PodSpec"]
    assert differences(POD_SPEC, schema, "spec") == []
