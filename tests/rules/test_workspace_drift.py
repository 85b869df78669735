"""Drift among three workspaces, with one alone, and with one that is not there."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.outcome import Irrelevant, Problem, Proof, Unknown
from opencode_policy.rules.base import Example
from opencode_policy.rules.workspace_drift import WorkspaceDrift
from opencode_policy.testing import example_tree, outcomes, reported
from opencode_policy.workspaces.own_names import OwnNames

NAMES = ("demo", "second", "third")
FOLDER = "kubernetes/apps/demo"


def three(manifests: Mapping[str, str], names: tuple[str, ...] = NAMES) -> Example:
    """An example in which each of these workspaces has one manifest."""
    files = {f"{FOLDER}/{name}/app/manifest.yaml": text for name, text in manifests.items()}
    listed = ", ".join(f"./{name}/ks.yaml" for name in manifests)
    files[f"{FOLDER}/kustomization.yaml"] = f"resources: [./namespace.yaml, {listed}]\n"
    for name in manifests:
        files[f"{FOLDER}/{name}/ks.yaml"] = (
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
            f"metadata: {{name: {name}, namespace: flux-system}}\nspec:\n  targetNamespace: demo\n"
            f"  path: ./{FOLDER}/{name}/app\n  sourceRef: {{kind: GitRepository, name: home}}\n"
        )
    return Example("three", files, workspaces=names)


def pod(name: str, spec: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n{spec}"


def test_the_few_deviate_from_the_many() -> None:
    example = three(
        {name: pod(name, f"  hostname: {host}\n") for name, host in zip(NAMES, "baa", strict=True)}
    )
    message = "spec.hostname is not as in second"
    assert reported(WorkspaceDrift, example) == [(f"{FOLDER}/demo/app/manifest.yaml", 5, message)]


def test_each_of_several_deviants_is_reported_once() -> None:
    specs = {"demo": "  a: 1\n  b: 1\n", "second": "  a: 1\n  b: 1\n", "third": "  a: 1\n  c: 1\n"}
    example = three({name: pod(name, spec) for name, spec in specs.items()})
    path = f"{FOLDER}/third/app/manifest.yaml"
    assert reported(WorkspaceDrift, example) == [
        (path, 4, "spec.b is missing, which demo has"),
        (path, 6, "spec.c stands here alone, demo has none"),
    ]


def test_three_that_are_alike_prove_it() -> None:
    found = outcomes(WorkspaceDrift, three({name: pod(name, "  a: 1\n") for name in NAMES}))
    assert [item.message for item in found if isinstance(item, Proof)] == [
        "the 2 objects of second are as in demo",
        "the 2 objects of third are as in demo",
    ]


def test_an_object_that_one_of_three_lacks() -> None:
    extra = "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {0}}}\n"
    texts = {name: pod(name, "  a: 1\n") + extra.format(name) for name in ("demo", "second")}
    example = three({**texts, "third": pod("third", "  a: 1\n")})
    assert [message for _, _, message in reported(WorkspaceDrift, example)] == [
        "third has no counterpart of Service demo/demo",
    ]


def test_one_workspace_has_nothing_to_differ_from() -> None:
    (found,) = outcomes(WorkspaceDrift, three({"demo": pod("demo", "  a: 1\n")}, names=("demo",)))
    assert isinstance(found, Irrelevant)


def test_a_workspace_that_is_not_there_is_said_and_the_others_are_compared() -> None:
    texts = {"demo": pod("demo", "  a: 1\n"), "second": pod("second", "  a: 2\n")}
    found = outcomes(WorkspaceDrift, three(texts))
    assert [item.reason for item in found if isinstance(item, Unknown)] == [
        "third applies nothing that could be compared"
    ]
    assert [item.message for item in found if isinstance(item, Problem)] == [
        "spec.a differs between demo and second"
    ]


def test_lists_without_names_and_values_of_other_types() -> None:
    texts = {
        "demo": pod("demo", "  a: [x, y]\n  b: [[1], [2]]\n  c: {d: 1}\n  e: [{f: 1}, {f: 2}]\n"),
        "second": pod("second", "  a: [x]\n  b: [[1], [3]]\n  c: [d]\n  e: [{f: 1}, {f: '2'}]\n"),
    }
    example = three(texts, names=("demo", "second"))
    assert [message for _, _, message in reported(WorkspaceDrift, example)] == [
        "spec.a differs between demo and second",
        "spec.b.1.0 differs between demo and second",
        "spec.c differs between demo and second",
        "spec.e.1.f differs between demo and second",
    ]


def test_own_names_are_whole_words_and_the_longest_first() -> None:
    workspaces = example_tree(three({}, names=("demo", "demo-two"))).workspaces
    every = [OwnNames.of(workspace) for workspace in workspaces]
    own = every[1].apart_from([every[0]])
    assert own.masked("demo-two-secret and demo-twofold") == "\0workspace\0-secret and demo-twofold"
    assert own.masked("https://github.com/example/demo-two-notes.git") == "\0repository\0.git"
    assert every[0].common_with([every[1]]) == {"demo"}
