"""Whatever stands in the spec of a Flux Kustomization, it is evaluated or named, and nothing is raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import cluster, config_map, tree_of

INVENTORY = cluster(kustomizations=())
FIELDS = (
    "path",
    "sourceRef",
    "targetNamespace",
    "commonMetadata",
    "components",
    "ignoreMissingComponents",
    "patches",
    "patchesJson6902",
    "images",
    "namePrefix",
    "nameSuffix",
    "postBuild",
)
ODD: tuple[object, ...] = (
    None,
    True,
    3,
    1.5,
    "",
    "x",
    "${A}",
    "../../..",
    [],
    {},
    [None],
    [[1]],
    [{"name": 1}],
    [{"patch": "{"}],
    [{"patch": "- op: nothing\n"}],
    {"substitute": [1]},
    {"substitute": {"A": None, "B": [1], "C": {"d": 1}}},
    {"substituteFrom": {"kind": "Secret"}},
    {
        "substituteFrom": [
            1,
            {},
            {"kind": 3, "name": [1]},
            {"kind": "Secret", "name": "x", "optional": "true"},
        ]
    },
    {"labels": [1], "annotations": {"a": [1], "b": None}},
)


def evaluated(spec: dict[str, object]) -> None:
    flux = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "web", "namespace": "flux-system"},
        "spec": {"path": "web", **spec},
    }
    files = {"ks.json": json.dumps(flux), "web/cm.yaml": config_map("a", v="${A}")}
    _, diagnostics = tree_of(files, INVENTORY)
    for item in diagnostics:
        assert item.message
        assert item.location.path in files


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("field", FIELDS)
def test_one_field_with_an_odd_value(field: str, value: object) -> None:
    evaluated({field: value})


@given(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ODD), max_size=5))
def test_several_fields_with_odd_values(spec: dict[str, object]) -> None:
    evaluated(spec)


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_spec_that_is_no_mapping(value: object) -> None:
    flux = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "web"},
        "spec": value,
    }
    tree_of({"ks.json": json.dumps(flux), "web/cm.yaml": config_map("a")}, INVENTORY)
