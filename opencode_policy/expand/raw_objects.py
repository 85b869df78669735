"""Objects as the files say, before anything is built."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand.files import Files
from opencode_policy.expand.flux_build import is_flux_kustomization
from opencode_policy.expand.object import looks_like_an_object, objects_of, text_of
from opencode_policy.expand.variable_sources import KINDS
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import MappingNode, Node, ScalarNode
from opencode_policy.resource import Resource


def raw(files: Files, path: str) -> tuple[list[Resource], list[Diagnostic]]:
    """Objects of a file; what kustomize itself reads, and JSON that is no object, is left out."""
    found: list[Resource] = []
    wrong: list[Diagnostic] = []
    for document in files.parsed[path].documents:
        root = document.root
        if is_kustomization(root) or (path.endswith(".json") and not looks_like_an_object(root)):
            continue
        objects, diagnostics = objects_of(document, path)
        wrong += diagnostics
        found += (Resource(item.id, item.root, path) for item in objects)
    return found, wrong


def holders(files: Files) -> Iterator[Resource]:
    """Objects that may hold variables."""
    for path, parsed in files.parsed.items():
        for document in parsed.documents:
            root = document.root
            if isinstance(root, MappingNode) and text_of(root.get("kind")) in KINDS:
                objects, _ = objects_of(document, path)
                yield from (Resource(item.id, item.root, path) for item in objects)


def flux_kustomizations(files: Files) -> Iterator[Resource]:
    """Flux Kustomizations, applied or not."""
    for path, parsed in files.parsed.items():
        for document in parsed.documents:
            root = document.root
            if isinstance(root, MappingNode) and text_of(root.get("kind")) == "Kustomization":
                objects, _ = objects_of(document, path)
                found = (Resource(item.id, item.root, path) for item in objects)
                yield from (item for item in found if is_flux_kustomization(item))


def is_kustomization(root: Node | None) -> bool:
    """Whether a document is a kustomization or component file rather than an object."""
    if not isinstance(root, MappingNode):
        return False
    version = root.get("apiVersion")
    return isinstance(version, ScalarNode) and version.value.startswith("kustomize.config.k8s.io/")


def is_component(files: Files, path: str) -> bool:
    """Whether a kustomization file is a component, which only makes sense where it is named."""
    roots = (document.root for document in files.parsed[path].documents)
    return any(isinstance(root, MappingNode) and text_of(root.get("kind")) == "Component" for root in roots)
