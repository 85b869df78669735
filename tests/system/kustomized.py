"""The manifests as the cluster gets them: built by kustomize, variables substituted."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .places import ROOT

DOMAIN = "example.org"
# Both forms that the manifests use, as Flux' envsubst expands them.
VARIABLES = {"${SECRET_DOMAIN/./-}": DOMAIN.replace(".", "-", 1), "${SECRET_DOMAIN}": DOMAIN}
SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"
SCHEMAS = Path(os.environ.get("CRD_SCHEMAS", ROOT.parent / "shared" / "crds"))

Manifest = dict[str, Any]


def build(folder: Path) -> list[Manifest]:
    """What `kubectl kustomize` makes of `folder`; skips without kubectl."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    return _build(folder)


@functools.cache
def _build(folder: Path) -> list[Manifest]:
    command = ["kubectl", "kustomize", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return [manifest for manifest in yaml.safe_load_all(result.stdout) if manifest]


def substituted(folder: Path) -> list[Manifest]:
    """The same after Flux' substitution, which leaves out what is annotated so."""
    return [manifest if keeps_variables(manifest) else substitute(manifest) for manifest in build(folder)]


def keeps_variables(manifest: Manifest) -> bool:
    metadata = manifest["metadata"]
    marks = metadata.get("annotations", {}) | metadata.get("labels", {})
    return bool(marks.get(SUBSTITUTE) == "disabled")


def substitute(manifest: Manifest) -> Manifest:
    text = json.dumps(manifest)
    for variable, value in VARIABLES.items():
        text = text.replace(variable, value)
    result: Manifest = json.loads(text)
    return result


def one(manifests: list[Manifest], kind: str, name: str | None = None) -> Manifest:
    """The only object of `kind` (with `name`)."""
    found = [item for item in manifests if item["kind"] == kind and name in (None, item["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} objects {kind} {name or ''}"
    return found[0]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar in `value`, by its path."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, f"{path}.{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, f"{path}[{index}]")
    else:
        yield path, value


@functools.cache
def crd_schema(api_version: str, kind: str) -> Manifest | None:
    """The schema of a custom resource with unknown fields forbidden; None for Kubernetes' own kinds."""
    group, _, version = api_version.rpartition("/")
    path = SCHEMAS / group / f"{kind.lower()}_{version}.json"
    if not path.exists():
        return None
    schema: Manifest = strict(json.loads(path.read_text()))
    schema["properties"]["metadata"] = {"type": "object"}
    return schema


def strict(schema: Any) -> Any:
    """An OpenAPI schema as JSON Schema takes it: as an API server with strict validation reads it."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items()}
    if result.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
    if "properties" in result and not result.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    return result
