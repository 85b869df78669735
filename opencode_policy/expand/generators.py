"""configMapGenerator: objects whose data are files of the tree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.expand import synthesize
from opencode_policy.expand.files import Files, Outside
from opencode_policy.expand.object import Object, text_of
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode


def config_maps(
    files: Files, folder: str, root: MappingNode
) -> tuple[list[Object], list[str], list[Diagnostic]]:
    """Generated ConfigMaps of a kustomization, the files they read, and what is wrong."""
    objects: list[Object] = []
    used: list[str] = []
    diagnostics: list[Diagnostic] = []
    options = root.get("generatorOptions")
    for generator in _items(root.get("configMapGenerator")):
        if not isinstance(generator, MappingNode):
            continue
        data: dict[str, Node] = dict(_data(files, folder, generator, used, diagnostics))
        objects.append(_object(generator, data, (options, generator.get("options"))))
    return objects, used, diagnostics


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, SequenceNode) else []


def _data(
    files: Files, folder: str, generator: MappingNode, used: list[str], diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, Node]]:
    for item in _items(generator.get("literals")):
        name, _, value = text_of(item).partition("=")
        yield name, synthesize.scalar(value.strip("'\""), item)
    for item in _items(generator.get("files")):
        if not isinstance(item, ScalarNode):
            continue
        name, equals, path = item.value.partition("=")
        found = _resolve(files, folder, item, path if equals else name, diagnostics)
        if found:
            used.append(found)
            change = Change("generate", "a ConfigMap is generated from the file here", item.location)
            yield (
                name if equals else posixpath.basename(found),
                synthesize.of_file(files.sources[found], change),
            )
    for key in ("envs", "env"):
        if node := generator.get(key):
            message = f"'{key}' of a generator is not evaluated"
            diagnostics.append(Diagnostic("kustomize-unsupported", message, node.location))


def _resolve(
    files: Files, folder: str, node: ScalarNode, path: str, diagnostics: list[Diagnostic]
) -> str | None:
    try:
        found = files.resolve(folder, path)
    except Outside:
        message = f"'{path}' leads out of the repository"
        diagnostics.append(Diagnostic("path-outside-tree", message, node.location))
        return None
    if found in files.sources:
        return found
    message = f"there is no file '{path}'"
    diagnostics.append(Diagnostic("kustomize-build-failed", message, node.location))
    return None


def _object(generator: MappingNode, data: dict[str, Node], options: tuple[Node | None, ...]) -> Object:
    """The ConfigMap; options of the generator add to and beat those of the kustomization.

    The content hash behind the name is not made here: references resolve by the name without it.
    """
    name = generator.get("name")
    origin = name if isinstance(name, ScalarNode) else generator
    metadata: dict[str, Node] = {"name": synthesize.scalar(text_of(name), origin)}
    namespace = generator.get("namespace")
    if namespace is not None:
        metadata["namespace"] = namespace
    for kind in ("labels", "annotations"):
        merged: dict[str, tuple[ScalarNode, Node]] = {}
        for option in options:
            given = option.get(kind) if isinstance(option, MappingNode) else None
            merged.update(given.entries if isinstance(given, MappingNode) else {})
        if merged:
            metadata[kind] = synthesize.mapping({}, origin).with_entries(merged)
    root = synthesize.mapping(
        {
            "apiVersion": synthesize.scalar("v1", origin),
            "kind": synthesize.scalar("ConfigMap", origin),
            "metadata": synthesize.mapping(metadata, origin),
            "data": synthesize.mapping(data, origin),
        },
        origin,
    )
    return Object(root, origin.source.path)
