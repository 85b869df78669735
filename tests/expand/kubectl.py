"""The real kustomize beside ours: one tree, built by both."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from opencode_policy.expand.build import Build, Builder
from opencode_policy.expand.files import Files
from opencode_policy.parse import parse
from opencode_policy.pipeline import is_manifest
from opencode_policy.scalars import Value, to_python
from opencode_policy.source import Source

KUBECTL = shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(
    KUBECTL is None, reason="kubectl, which brings kustomize, is not installed"
)

REFUSALS = ("kustomize-build-failed", "path-outside-tree", "document-not-an-object", "yaml-syntax")
"""Diagnostics of ours where kustomize gives up."""


def built(files: Mapping[str, str | bytes], folder: str = "app") -> Build:
    """What the builder makes of a folder of a tree."""
    texts = {path: text for path, text in sorted(files.items()) if isinstance(text, str)}
    sources = {path: Source(path, text) for path, text in texts.items()}
    parsed = {path: parse(source) for path, source in sources.items() if is_manifest(path)}
    binaries = {path: content for path, content in files.items() if isinstance(content, bytes)}
    return Builder(Files.of(sources, parsed, {}, binaries)).build(folder)


def said(build: Build) -> list[tuple[str, str, str]]:
    """Code, place and message of each diagnostic."""
    return [(item.code, str(item.location), item.message) for item in build.diagnostics]


def ours(build: Build) -> list[Value] | str:
    """The objects of a build, or why there are none."""
    failed = [item for item in build.diagnostics if item.code in REFUSALS]
    if failed:
        return f"refused: {failed[0].message}"
    return [to_python(item.root) for item in build.objects]


def theirs(files: Mapping[str, str | bytes], root: Path, folder: str = "app") -> list[Value] | str:
    """What kustomize builds of a tree written to `root`, or what it says."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    run = subprocess.run(
        [str(KUBECTL), "kustomize", "--load-restrictor=LoadRestrictionsNone", str(root / folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if run.returncode:
        return f"refused: {run.stderr.strip()}"
    parsed = parse(Source("kustomize", run.stdout))
    return [to_python(document.root) for document in parsed.documents if document.root is not None]


def same(files: Mapping[str, str | bytes], root: Path, folder: str = "app") -> list[Value] | str:
    """Build a tree both ways and compare objects and their order; what both refuse is the same too."""
    mine, real = ours(built(files, folder)), theirs(files, root, folder)
    if isinstance(mine, str) or isinstance(real, str):
        assert isinstance(mine, str), f"kustomize {real}\nours: {shown(mine)}"
        assert isinstance(real, str), f"{mine}\nkustomize: {shown(real)}"
    else:
        assert shown(mine) == shown(real)
    return mine


def shown(objects: list[Value] | str) -> str:
    """Objects in one spelling, whatever the order of their keys."""
    return objects if isinstance(objects, str) else json.dumps(objects, indent=1, sort_keys=True)
