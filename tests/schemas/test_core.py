"""Kubernetes' own kinds: the compiled schema and the Python library's come to the same verdicts."""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from opencode_policy.schemas.core import core_schema, release_of, releases
from opencode_policy.schemas.validator import Validator
from tests.schemas.crds import ROOT

RELEASE = "1.35.3"
CORE = ("v1", "apps/v1")


@cache
def shipped_objects() -> list[dict[str, Any]]:
    """Objects of Kubernetes' own kinds in the shipped manifests, as they are written."""
    files = sorted((ROOT / "kubernetes").rglob("*.yaml"))
    documents = [item for file in files for item in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
    return [item for item in documents if item and item["apiVersion"] in CORE]


def test_there_are_objects_to_look_at() -> None:
    assert {item["kind"] for item in shipped_objects()} == {
        "Deployment",
        "Namespace",
        "PersistentVolumeClaim",
        "Service",
    }


def test_the_newest_release_that_is_not_newer_is_taken() -> None:
    known = [release for release, _ in releases()]
    assert release_of("v1.35.3") == release_of("1.35") == (1, 35)
    assert known == sorted(known)
    assert (1, 35) in known
    assert core_schema("v1", "Service", "1.35.3") == core_schema("v1", "Service", "1.35")
    assert core_schema("v1", "Service", "1.0") is None
    assert core_schema("v1", "Service", "") == core_schema("v1", "Service", "99.0")


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v2", "Service"),
        ("example.org/v1", "Service"),
        ("apps.example.org/v1", "Deployment"),
        ("v1", "Services"),
        ("v1", "_definitions"),
        ("v1", ""),
    ],
)
def test_a_kind_that_kubernetes_does_not_have_has_no_schema(api_version: str, kind: str) -> None:
    assert core_schema(api_version, kind, RELEASE) is None


@pytest.mark.parametrize(
    "kind", ["CustomResourceDefinition", "Deployment", "HorizontalPodAutoscaler", "Ingress"]
)
def test_a_schema_holds_every_definition_that_it_refers_to(kind: str) -> None:
    groups = {
        "CustomResourceDefinition": "apiextensions.k8s.io/v1",
        "HorizontalPodAutoscaler": "autoscaling/v2",
        "Ingress": "networking.k8s.io/v1",
    }
    schema = core_schema(groups.get(kind, "apps/v1"), kind, RELEASE)
    assert schema is not None
    Validator(schema)


def paths(errors: Any) -> set[tuple[Any, ...]]:
    return {tuple(error.absolute_path) for error in errors}


def compared(instance: dict[str, Any]) -> None:
    """Both libraries say the same of an object, place by place."""
    schema = core_schema(instance["apiVersion"], instance["kind"], RELEASE)
    assert schema is not None
    reference = Draft202012Validator(schema)
    ours = {
        item.path[:-1] if item.keyword == "unknown" else item.path
        for item in Validator(schema).violations(instance)
    }
    assert ours == paths(reference.iter_errors(instance))


@pytest.mark.parametrize(
    "instance", shipped_objects(), ids=lambda item: f"{item['kind']} {item['metadata']['name']}"
)
def test_the_shipped_objects_fit(instance: dict[str, Any]) -> None:
    compared(instance)
    kubernetes_validate.validate(instance, RELEASE, strict=True)


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_mutated_objects_are_judged_alike(seed: int, times: int) -> None:
    rng = random.Random(seed)
    instance = copy.deepcopy(rng.choice(shipped_objects()))
    for _ in range(times):
        mutate(rng, instance)
    compared(instance)


def mutate(rng: random.Random, instance: dict[str, Any]) -> None:
    """Spoil one place: drop a field, misspell it, or put a value of another type there."""
    places = [place for place in _places(instance) if place[1] not in ("apiVersion", "kind")]
    if not places:
        return
    parent, key = rng.choice(places)
    how = rng.randrange(3)
    if how == 0 and isinstance(parent, dict):
        del parent[key]
    elif how == 1 and isinstance(parent, dict):
        parent[f"{key}s"] = parent.pop(key)
    else:
        parent[key] = rng.choice([None, True, 0, -1, 1.5, "", "text", "5", [], [None], {}, {"a": "b"}])


def _places(node: Any) -> list[tuple[Any, Any]]:
    if isinstance(node, dict):
        own: list[tuple[Any, Any]] = [(node, key) for key in node]
        return own + [place for value in node.values() for place in _places(value)]
    if isinstance(node, list):
        own = [(node, index) for index in range(len(node))]
        return own + [place for value in node for place in _places(value)]
    return []
