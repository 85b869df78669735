"""What a kustomization or a Flux Kustomization says that is wrong, or that is not evaluated."""

from __future__ import annotations

import pytest

from tests.trees import config_map, flux, kustomization, tree_of


def said(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Code, place and message of each diagnostic."""
    _, diagnostics = tree_of(files)
    return [(item.code, str(item.location), item.message) for item in diagnostics]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "resource:\n  - a.yaml\n",
            "kustomize-build-failed",
            "kustomize knows no field 'resource'; did you mean 'resources'?",
        ),
        ("anything: 1\n", "kustomize-build-failed", "kustomize knows no field 'anything'"),
        ("helmCharts: [{name: a}]\n", "kustomize-unsupported", "'helmCharts' is not evaluated"),
        ("resources: ./a.yaml\n", "kustomize-build-failed", "'resources' is no list"),
        ("components:\n  a: b\n", "kustomize-build-failed", "'components' is no list"),
    ],
)
def test_a_field_of_a_kustomization(text: str, code: str, message: str) -> None:
    files = {"apps/kustomization.yaml": f"kind: Kustomization\n{text}", "apps/a.yaml": config_map("a")}
    assert (code, "apps/kustomization.yaml:2:1", message) in said(files)


def test_an_entry_that_is_no_path() -> None:
    files = {
        "apps/kustomization.yaml": "resources:\n  - a.yaml\n  - {path: b.yaml}\n",
        "apps/a.yaml": config_map("a"),
    }
    assert said(files) == [
        ("kustomize-build-failed", "apps/kustomization.yaml:3:5", "an entry of 'resources' is no path")
    ]


@pytest.mark.parametrize(
    "text", ["resources: []\n", "resources:\nnamePrefix: a-\n", "resources: null\nnamePrefix: a-\n"]
)
def test_a_list_that_is_empty_is_no_mistake(text: str) -> None:
    assert said({"apps/kustomization.yaml": text}) == []


@pytest.mark.parametrize("field", ["patchesStrategicMerge", "patchesJson6902"])
def test_fields_of_a_flux_kustomization_that_are_not_evaluated(field: str) -> None:
    files = {
        "apps/ks.yaml": flux("web", "./apps/web", **{field: "x"}),
        "apps/kustomization.yaml": kustomization("ks.yaml"),
        "apps/web/kustomization.yaml": kustomization("a.yaml"),
        "apps/web/a.yaml": config_map("a"),
    }
    message = f"'{field}' of a Flux Kustomization is not evaluated"
    assert said(files) == [("kustomize-unsupported", "apps/ks.yaml:11:3", message)]


def test_a_path_of_a_flux_kustomization_may_begin_with_a_slash() -> None:
    files = {
        "apps/ks.yaml": flux("web", "/apps/web"),
        "apps/kustomization.yaml": kustomization("ks.yaml"),
        "apps/web/kustomization.yaml": kustomization("a.yaml"),
        "apps/web/a.yaml": config_map("a"),
    }
    tree, diagnostics = tree_of(files)
    assert diagnostics == []
    found = tree.get("ConfigMap", "a")
    assert found is not None
    assert found.applied_by == "web"


def test_what_nothing_lists_is_substituted_as_if_it_were_listed() -> None:
    files = {
        "apps/kustomization.yaml": "resources: []\n",
        "apps/late/ks.yaml": flux("late", "./apps/late/app"),
        "apps/late/app/kustomization.yaml": kustomization("a.yaml"),
        "apps/late/app/a.yaml": config_map("a", host="${DOMAIN}"),
        "other/ks.yaml": flux("far", "./other/app"),
        "other/app/kustomization.yaml": kustomization("b.yaml"),
        "other/app/b.yaml": config_map("b", host="${DOMAIN}"),
    }
    tree, _ = tree_of(files)
    hosts = {item.name: item["data"]["host"].text for item in tree.of_kind("ConfigMap")}
    assert hosts == {"a": "example.org", "b": "${DOMAIN}"}
