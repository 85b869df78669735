"""Every feature of kustomize by hand: the real program and ours build the same objects, or both refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.expand import (
    cases_fields,
    cases_generators,
    cases_json,
    cases_merge,
    cases_replacements,
    cases_trees,
)
from tests.expand.kubectl import needs_kubectl, same

CASES = {
    **cases_fields.CASES,
    **cases_generators.CASES,
    **cases_merge.CASES,
    **cases_json.CASES,
    **cases_replacements.CASES,
    **cases_trees.CASES,
}


@needs_kubectl
@pytest.mark.parametrize("name", CASES)
def test_kustomize_and_we_build_the_same(name: str, tmp_path: Path) -> None:
    files = CASES[name]
    same(files, tmp_path, "top" if "top/kustomization.yaml" in files else "app")


@needs_kubectl
def test_a_binary_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "app/kustomization.yaml": "configMapGenerator: [{name: g, files: [b.bin, t.txt]}]\n"
        "secretGenerator: [{name: s, files: [b.bin]}]\n",
        "app/b.bin": bytes(range(256)),
        "app/t.txt": "text",
    }
    same(files, tmp_path)
