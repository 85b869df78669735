"""Kustomizations that would take for ever, or for all of the memory, end soon and with a finding."""

from __future__ import annotations

import json as text
import time

import pytest

from opencode_policy.expand.build import MAX_FOLDERS, MAX_OBJECTS
from opencode_policy.expand.kustomization_fields import MAX_ENTRIES
from tests.expand.kubectl import built, said
from tests.expand.manifests import app, json, on_web

SECONDS = 20
"""What a slow and busy machine may take; unbounded, each of these would take hours."""


def codes(files: dict[str, str]) -> list[tuple[str, str]]:
    started = time.process_time()
    found = said(built(files))
    assert time.process_time() - started < SECONDS
    return [(code, message) for code, _, message in found]


def test_a_few_files_that_name_each_other_twice() -> None:
    files = {
        f"k{level}/kustomization.yaml": f"resources: [../a{level}, ../b{level}]\n" for level in range(30)
    }
    for level in range(30):
        for side in "ab":
            files[f"{side}{level}/kustomization.yaml"] = (
                f"namePrefix: {side}-\nresources: [../k{level + 1}]\n"
            )
    files["k30/kustomization.yaml"] = "resources: [c.yaml]\n"
    files["k30/c.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
    files["app/kustomization.yaml"] = "resources: [../k0]\n"
    message = f"the build takes in more than {MAX_FOLDERS} kustomizations"
    assert ("kustomize-build-failed", message) in codes(files)


def test_one_big_file_under_many_names() -> None:
    one = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\n"
    files = {"big/all.yaml": "".join(one % number for number in range(2000))}
    files["big/kustomization.yaml"] = "resources: [all.yaml]\n"
    for number in range(40):
        files[f"n{number}/kustomization.yaml"] = f"namePrefix: n{number}-\nresources: [../big]\n"
    names = ", ".join(f"../n{number}" for number in range(40))
    files["app/kustomization.yaml"] = f"resources: [{names}]\n"
    message = f"the build takes in more than {MAX_OBJECTS} objects"
    assert ("kustomize-build-failed", message) in codes(files)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "a*a*a*a*a*b", "((x))+", "[", "a(?=b)", r"(a)\1"])
def test_an_expression_that_could_take_long_is_not_run(pattern: str) -> None:
    files = json("{op: add, path: /a, value: b}", target=f"{{name: '{pattern}'}}")
    assert codes(files) == [("kustomize-unsupported", f"the expression '{pattern}' is not evaluated")]


def test_a_long_list_is_not_merged_by_key() -> None:
    env = ", ".join(f"{{name: v{number}}}" for number in range(1001))
    files = on_web(f"containers: [{{name: web, env: [{env}]}}]")
    assert codes(files) == [("kustomize-unsupported", "a list of more than 1000 items is not merged by key")]


def test_a_patch_that_copies_itself_without_end() -> None:
    doubling = [{"op": "copy", "from": "/spec", "path": f"/spec/c{number}"} for number in range(60)]
    files = app(f"patches: [{{target: {{kind: Deployment}}, patch: '{text.dumps(doubling)}'}}]")
    assert codes(files)[0][0] == "kustomize-unsupported"


def test_a_patch_that_nests_without_end() -> None:
    path, operations = "/spec", []
    for number in range(400):
        path += f"/n{number}"
        operations.append({"op": "add", "path": path, "value": {}})
    files = app(f"patches: [{{target: {{kind: Deployment}}, patch: '{text.dumps(operations)}'}}]")
    assert codes(files) == [("kustomize-unsupported", "the patch nests too deep")]


def test_a_list_of_very_many_entries() -> None:
    images = ", ".join(f"{{name: i{number}, newTag: x}}" for number in range(MAX_ENTRIES + 1))
    assert codes(app(f"images: [{images}]")) == [
        ("kustomize-unsupported", f"of 'images' only the first {MAX_ENTRIES} entries are evaluated")
    ]
