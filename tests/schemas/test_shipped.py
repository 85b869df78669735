"""The schemas that ship with us are true to the definitions that the cluster has.

They may be laxer where they leave a part open, and never stricter: what they refuse, the cluster refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opencode_policy.schemas.crd import json_schema
from opencode_policy.schemas.store import SHIPPED
from opencode_policy.schemas.validator import Validator
from tests.schemas.crds import CRDS, needs_crds

FILES = sorted(SHIPPED.rglob("*.json"))
PRESERVE = "x-kubernetes-preserve-unknown-fields"


def read(file: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def theirs(file: Path) -> dict[str, Any]:
    return read(CRDS / file.relative_to(SHIPPED))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_schema_compiles(file: Path) -> None:
    Validator(json_schema(read(file)))


@needs_crds
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_schema_is_never_stricter_than_the_cluster(file: Path) -> None:
    assert list(stricter(read(file)["properties"]["spec"], theirs(file)["properties"]["spec"], "spec")) == []


@needs_crds
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_schema_demands_what_the_cluster_demands(file: Path) -> None:
    assert list(laxer(read(file)["properties"]["spec"], theirs(file)["properties"]["spec"], "spec")) == []


def stricter(own: Any, other: Any, place: str) -> Iterator[str]:
    """Places where ours would refuse what theirs takes."""
    if own.get(PRESERVE):
        return
    if own.get("type") != other.get("type") and "x-kubernetes-int-or-string" not in own:
        yield f"{place}: {own.get('type')} instead of {other.get('type')}"
    for key in ("pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"):
        if key in own and own[key] != other.get(key):
            yield f"{place}: {key} {own[key]} instead of {other.get(key)}"
    allowed = set(other.get("enum", own.get("enum", ())))
    if "enum" in own and (missing := allowed - set(own["enum"])):
        yield f"{place}: {sorted(missing)} not allowed"
    if "enum" in own and not _values(other):
        yield f"{place}: values are limited"
    if missing := set(own.get("required", ())) - set(other.get("required", ())):
        yield f"{place}: {sorted(missing)} required"
    yield from (f"{place}: no field {name}" for name in _unknown(own, other))
    for below, here, there in _children(own, other):
        yield from stricter(here, there, f"{place}.{below}")


def laxer(own: Any, other: Any, place: str) -> Iterator[str]:
    """Places that we describe and where we forget what theirs requires."""
    if own.get(PRESERVE):
        return
    if missing := set(other.get("required", ())) - set(own.get("required", ())):
        yield f"{place}: {sorted(missing)} not required"
    yield from (f"{place}: a field {name} that there is not" for name in _unknown(other, own))
    for below, here, there in _children(own, other):
        yield from laxer(here, there, f"{place}.{below}")


def _values(schema: Any) -> list[Any]:
    """Values that a schema lists, in itself or in what it combines."""
    parts = [schema, *schema.get("allOf", ()), *schema.get("anyOf", ())]
    return [value for part in parts for value in part.get("enum", ())]


def _unknown(own: Any, other: Any) -> list[str]:
    if "properties" not in own:
        return []
    return sorted(set(other.get("properties", ())) - set(own["properties"]))


def _children(own: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    for name, schema in own.get("properties", {}).items():
        if name in other.get("properties", {}):
            yield name, schema, other["properties"][name]
    for key in ("items", "additionalProperties"):
        if isinstance(own.get(key), dict) and isinstance(other.get(key), dict):
            yield key, own[key], other[key]
