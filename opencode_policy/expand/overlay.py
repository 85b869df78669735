"""The kustomization that Flux builds: the one of the folder, or a generated one, with what the spec adds.

kustomize-controller writes fields of a Flux Kustomization into the kustomization.yaml of its path and makes
that file where there is none (fluxcd/pkg kustomize/kustomize_generator.go). So they meet the objects inside
the build, in kustomize's own order. A generated entry stands at the beginning of what it names.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.expand.files import KUSTOMIZATION_NAMES, Files
from opencode_policy.expand.object import text_of
from opencode_policy.expand.synthesize import Offset, mapping, scalar
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import Change, Entry, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve
from opencode_policy.source import Source

_REPLACED = {"targetNamespace": "namespace", "namePrefix": "namePrefix", "nameSuffix": "nameSuffix"}
_GONE = ("patchesStrategicMerge", "patchesJson6902")
_REMOTE = ("git::", "gh:", "ssh://", "https://", "http://", "git@", "github.com:", "github.com/")
_LEFT_OUT = frozenset(
    (*KUSTOMIZATION_NAMES, ".sops.yaml", ".flux.yaml", ".travis.yml", ".gitlab-ci.yml", ".drone.yml")
)
"""Files that are no manifests, and those that source-controller hands to nobody (fluxcd/pkg sourceignore)."""

_IGNORED_FOLDERS = frozenset({".git", ".github", ".circleci"})


def kustomization_root(files: Files, folder: str) -> MappingNode | None:
    """The kustomization of a folder: as it is written, or as Flux makes it; None for what cannot be built."""
    path = files.kustomization(folder)
    if path is None:
        return _generated(files, folder)
    documents = files.documents(path).documents
    root = documents[0].root if documents else None
    alone = len(files.kustomizations(folder)) == 1
    return root if alone and isinstance(root, MappingNode) else None


def overlaid(root: MappingNode, spec: MappingNode | None, files: Files, folder: str) -> MappingNode:
    """A kustomization with the fields that a Flux Kustomization adds to it; the same where it adds none.

    One without resources gets `buildMetadata`, with which kustomize does not call it empty.
    """
    entries = dict(root.entries)
    if not _items(root, "resources"):
        listed = SequenceNode(root.source, root.start, root.end, None, [scalar("originAnnotations", root)])
        entries["buildMetadata"] = (scalar("buildMetadata", root), listed)
    if spec is not None:
        _add(entries, spec, files, folder)
    return root if entries == root.entries else root.with_entries(entries)


def _add(entries: dict[str, Entry], spec: MappingNode, files: Files, folder: str) -> None:
    for name, target in _REPLACED.items():
        value = spec.get(name)
        if isinstance(value, ScalarNode) and resolve(value) is not None:
            key = scalar(target, spec.entries[name][0])
            entries[target] = _replaced(entries.get(target), key, value)
    added = {"patches": _items(spec, "patches"), "components": _components(spec, files, folder)}
    for name, items in added.items():
        if items:
            entries[name] = _extended(entries.get(name), spec.entries[name], items)
    images = _items(spec, "images")
    if images:
        entries["images"] = _with_images(entries.get("images"), spec.entries["images"], images)


def _replaced(present: Entry | None, key: ScalarNode, value: ScalarNode) -> Entry:
    """The field of the kustomization with the value of the spec; it stays where a person wrote it first."""
    if present is None or not isinstance(present[1], ScalarNode):
        return key, value
    if present[1].value == value.value:
        return present
    words = {"namespace": "the namespace becomes", "namePrefix": "the prefix of names becomes"}
    text = words.get(present[0].value, "the suffix of names becomes")
    kind = "namespace" if present[0].value == "namespace" else "name"
    change = Change(kind, f"{text} '{value.value}' here", value.location)
    return present[0], present[1].replaced(value.value, change)


def misfits(spec: MappingNode) -> Iterator[Diagnostic]:
    """What Flux refuses in a spec, and what is not evaluated."""
    for name in _GONE:
        if name in spec.entries:
            message = f"'{name}' of a Flux Kustomization is not evaluated"
            yield Diagnostic("kustomize-unsupported", message, spec.entries[name][0].location)
    for node in _items(spec, "components"):
        path = text_of(node)
        if path.startswith(("/", "file:///")) or path.lower().startswith(_REMOTE):
            message = "the path of a component must be local and relative"
            yield Diagnostic("kustomize-build-failed", message, node.location)


def _items(spec: MappingNode, name: str) -> list[Node]:
    listed = spec.get(name)
    return list(listed.items) if isinstance(listed, SequenceNode) else []


def _components(spec: MappingNode, files: Files, folder: str) -> list[Node]:
    """Components that Flux adds; with `ignoreMissingComponents` only those that are there."""
    flag = spec.get("ignoreMissingComponents")
    if not isinstance(flag, ScalarNode) or resolve(flag) is not True:
        return _items(spec, "components")
    paths = ((node, posixpath.normpath(f"{folder}/{text_of(node)}")) for node in _items(spec, "components"))
    return [node for node, path in paths if files.is_folder(path)]


def _extended(present: Entry | None, added: Entry, items: list[Node]) -> Entry:
    """A list of the kustomization with the items of the spec behind its own."""
    if present is not None and isinstance(present[1], SequenceNode):
        return present[0], present[1].with_items([*present[1].items, *items])
    key, listed = added
    return key, listed.with_items(items) if isinstance(listed, SequenceNode) else listed


def _with_images(present: Entry | None, added: Entry, items: list[Node]) -> Entry:
    """Images of the spec take the places of those with the same name; others come last."""
    own = list(present[1].items) if present and isinstance(present[1], SequenceNode) else []
    for item in items:
        at = next((i for i, other in enumerate(own) if _name(other) == _name(item)), None)
        if at is None:
            own.append(item)
        else:
            own[at] = item
    return _extended(None, added, own)


def _name(node: Node) -> str:
    return text_of(node.get("name")) if isinstance(node, MappingNode) else ""


def _generated(files: Files, folder: str) -> MappingNode:
    """The kustomization.yaml that Flux makes: every manifest below the folder, in the order of a walk.

    A folder with a kustomization file is one entry and is not descended into.
    """
    paths = list(_walk(files, folder))
    nodes = [_named(files, folder, path) for path in paths]
    origin = nodes[0] if nodes else _mark(Source(folder, ""), "")
    kind: dict[str, Node] = {
        "apiVersion": scalar("kustomize.config.k8s.io/v1beta1", origin),
        "kind": scalar("Kustomization", origin),
    }
    listed = SequenceNode(origin.source, origin.start, origin.end, None, list(nodes))
    return mapping({**kind, "resources": listed} if nodes else kind, origin)


def _walk(files: Files, folder: str) -> Iterator[str]:
    paths = files.folders.get(folder, [])
    for path in sorted([*paths, *files.subfolders.get(folder, [])]):
        name = posixpath.basename(path)
        if path in files.folders and path not in files.sources:
            if name in _IGNORED_FOLDERS:
                continue
            if files.kustomization(path):
                yield path
            else:
                yield from _walk(files, path)
        elif path.endswith((".yaml", ".yml")) and name not in _LEFT_OUT:
            yield path


def _named(files: Files, folder: str, path: str) -> ScalarNode:
    source = files.sources[path] if path in files.sources else files.sources[files.kustomization(path) or ""]
    return _mark(source, path if folder == "." else posixpath.relpath(path, folder))


def _mark(source: Source, value: str) -> ScalarNode:
    return ScalarNode(source, Offset(0), Offset(0), None, value, '"')
