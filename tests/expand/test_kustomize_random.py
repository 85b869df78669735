"""Random kustomization trees: the real program and ours build the same objects, or both refuse."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from tests.expand.kubectl import needs_kubectl, same
from tests.expand.kustomize_trees import trees


@needs_kubectl
@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(trees())
def test_random_trees_build_the_same(files: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        same(files, Path(folder))
