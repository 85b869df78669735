"""What kustomization files refer to, as they are written: paths of files and folders."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.expand.files import KUSTOMIZATION_NAMES
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, ScalarNode, SequenceNode, walk
from opencode_policy.tree import Tree

_LISTS = ("resources", "bases")


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a kustomization file: the written scalar, and its path relative to the repository."""

    node: ScalarNode
    path: str


def kustomization_of(tree: Tree, folder: str) -> str | None:
    """Path of the kustomization file of a folder, found in kustomize's order."""
    paths = (posixpath.join(folder, name) for name in KUSTOMIZATION_NAMES)
    return next((path for path in map(posixpath.normpath, paths) if path in tree.sources), None)


def is_kustomization_file(path: str) -> bool:
    """Whether kustomize takes a file of this name for a kustomization."""
    return posixpath.basename(path) in KUSTOMIZATION_NAMES


def root_of(tree: Tree, path: str) -> MappingNode | None:
    """The mapping of a kustomization file."""
    root = next(tree.document_roots(path), None)
    return root if isinstance(root, MappingNode) else None


def listed(tree: Tree, path: str) -> Iterator[Reference]:
    """Entries under `resources` (and `bases`, its old name) of a kustomization file."""
    root = root_of(tree, path)
    for name in _LISTS:
        entries = root.get(name) if root else None
        for node in entries.items if isinstance(entries, SequenceNode) else ():
            if isinstance(node, ScalarNode):
                yield Reference(node, _resolved(path, node.value))


def files_listed(tree: Tree, path: str) -> dict[str, Reference]:
    """Every file that a kustomization file brings in, through folders too, with its own entry for it."""
    found: dict[str, Reference] = {}
    for reference in listed(tree, path):
        for file in _files_of(tree, reference.path, {path}):
            found.setdefault(file, reference)
    return found


def _files_of(tree: Tree, target: str, seen: set[str]) -> Iterator[str]:
    """The file itself, or what the kustomization of a folder lists."""
    if target in tree.sources:
        yield target
        return
    path = kustomization_of(tree, target)
    if path is None or path in seen:
        return
    seen.add(path)
    for reference in listed(tree, path):
        yield from _files_of(tree, reference.path, seen)


def mentioned(tree: Tree) -> set[str]:
    """Every file that some kustomization file names anywhere: also in patches and value files.

    A folder that is named brings in its kustomization file.
    """
    found: set[str] = set()
    for path in filter(is_kustomization_file, tree.manifests):
        for root in tree.document_roots(path):
            for node in walk(root):
                found.update(_mentions(tree, path, node.value))
    return found


def _mentions(tree: Tree, path: str, text: str) -> Iterator[str]:
    if not text or len(text) > 300 or "\n" in text:
        return
    for written in {text, text.rpartition("=")[2]}:
        target = _resolved(path, written)
        if target in tree.sources:
            yield target
        elif target != posixpath.dirname(path) and (below := kustomization_of(tree, target)):
            yield below


def _resolved(path: str, written: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), written))


def label(tree: Tree, path: str) -> Location:
    """The token by which a reader knows a file: its kind, its first key, or its first character."""
    root = next(tree.document_roots(path), None)
    if isinstance(root, MappingNode):
        kind = root.get("kind")
        first = next(iter(root.entries.values()), None)
        if kind is not None or first is not None:
            return kind.location if kind is not None else first[0].location  # type: ignore[index]
    return root.location if root is not None else tree.sources[path].location(0, 0)


def folder_label(tree: Tree, folder: str) -> Location | None:
    """What a reader knows a folder by: the label of its kustomization file, else of its first manifest."""
    below = (path for path in tree.manifests if folder == "." or path.startswith(f"{folder}/"))
    path = kustomization_of(tree, folder) or next(below, None)
    return label(tree, path) if path is not None else None
