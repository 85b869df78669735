"""Sources to the tree that rules see: parse, then expand. Pure: no file is read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from opencode_policy.expand.build import Builder
from opencode_policy.expand.files import KUSTOMIZATION_NAMES, Files
from opencode_policy.expand.flux import MakeBuilder, expand
from opencode_policy.helm.views import views_of
from opencode_policy.location import Diagnostic, Location
from opencode_policy.parse import Parsed, parse
from opencode_policy.policy.model import Policy
from opencode_policy.source import Source
from opencode_policy.tree import Tree

_SUFFIXES = (".yaml", ".yml", ".json")


def build_tree(
    sources: Mapping[str, Source],
    policy: Policy,
    *,
    folders: Sequence[str] = (".",),
    links: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    schema_folders: Sequence[Path] = (),
    binaries: Mapping[str, bytes] | None = None,
    builder: MakeBuilder = Builder,
    opaque: Mapping[str, Source] | None = None,
) -> tuple[Tree, list[Diagnostic]]:
    """The tree of these sources and what parsing and expanding them found wrong.

    `folders` are the paths below which YAML and JSON files are manifests; other files are only read.
    `binaries` are the bytes of files that hold no text; `builder` makes what builds kustomizations.
    """
    parsed = {
        path: parse(source) for path, source in sources.items() if is_manifest(path) and _below(path, folders)
    }
    expansion = expand(Files.of(sources, parsed, links or {}, binaries or {}), policy.cluster, builder)
    views = views_of(expansion.resources)
    for build in expansion.builds:
        build.resources += views.of(build.resources)
    diagnostics = [found for item in parsed.values() for found in item.diagnostics]
    diagnostics += [*expansion.diagnostics, *views.diagnostics]
    diagnostics += _empty(parsed)
    tree = Tree(
        policy,
        sources,
        parsed,
        expansion.builds,
        [*expansion.resources, *views.of(expansion.resources)],
        expansion.loose,
        tuple(missing),
        tuple(schema_folders),
        tuple(folders),
        (*expansion.unseen, *views.unseen),
        diagnostics=tuple(diagnostics),
        opaque=opaque or {},
    )
    return tree, diagnostics


def is_manifest(path: str) -> bool:
    """Whether a file is read as YAML: by its ending, or by being a kustomization file."""
    return path.endswith(_SUFFIXES) or path.rpartition("/")[2] in KUSTOMIZATION_NAMES


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(folder in (".", path) or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _empty(parsed: Mapping[str, Parsed]) -> list[Diagnostic]:
    """Manifests without a single object in them."""
    return [
        Diagnostic("document-empty", "the file holds no object", Location(path, 1, 1, 1, 1))
        for path, item in parsed.items()
        if item.complete and all(document.root is None for document in item.documents)
    ]
