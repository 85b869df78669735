"""What a kustomization sets inside objects: `images` and `replicas`.

As kustomize's own transformers (api/filters/imagetag, api/filters/replicacount). The name of an image is an
expression that its name without tag and digest must match; a new tag or digest replaces both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from opencode_policy.expand import synthesize
from opencode_policy.expand.field_specs import FieldSpec, Missing, Setter, is_null, set_field
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.kustomization_fields import MAX_ENTRIES
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.patterns import compiled
from opencode_policy.expand.provenance import replacing
from opencode_policy.expand.refusal import NotEvaluated, Refused
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode

_LISTS: Final = ("containers", "initContainers")
_REPLICATED: Final = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
_TAG: Final = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?"
_IMAGES: Final = tuple(
    FieldSpec((*before, *after))
    for before in (("spec",), ("spec", "template", "spec"))
    for after in (*((f"{name}[]", "image") for name in _LISTS), ("volumes[]", "image", "reference"))
)
"""Where images stand; those of volumes are kustomize's since 5.7."""


Step = Callable[[list[Object], MappingNode], None]


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> None:
    """The `replicas` and the `images` of a kustomization."""
    for entry in folder.mappings(root, "replicas"):
        _attempt(_replicate, objects, entry, folder)
    for field in ("images", "imageTags"):
        with_images(objects, root.get(field), folder)


def with_images(objects: list[Object], images: Node | None, folder: Folder) -> list[Object]:
    """Objects whose containers have the images that a list gives them."""
    for entry in items_of(images)[:MAX_ENTRIES]:
        if isinstance(entry, MappingNode):
            _attempt(_set_images, objects, entry, folder)
    return objects


def _attempt(step: Step, objects: list[Object], entry: MappingNode, folder: Folder) -> None:
    try:
        step(objects, entry)
    except Refused as refusal:
        folder.note(refusal)


def _replicate(objects: list[Object], entry: MappingNode) -> None:
    """Set the number of replicas of the workloads that have, or had, a name."""
    name, count = text_of(entry.get("name")), entry.get("count")
    origin = count if count is not None else entry
    number = text_of(count) if count is not None and not is_null(count) else "0"
    found = [(item, kind) for kind in _REPLICATED for item in objects if _is_called(item, kind, name)]
    if not found:
        at = entry.get("name") or entry
        raise Refused(f"no workload is called '{name}', whose replicas are set here", at.location)

    def setter(node: Node) -> Node:
        if not isinstance(node, ScalarNode):
            why = f"a number is expected at {node.location}"
            raise Refused(f"the replicas cannot be set: {why}", origin.location)
        new = synthesize.scalar(number, origin, style="")
        old = None if node.start is origin.start else node
        message = f"the number of replicas becomes {number} here"
        return replacing(new, old, "replicas", message, origin.location)

    for item, kind in found:
        if item.kind == kind:
            spec = FieldSpec(("spec", "replicas"), kind, create=True)
            item.root = set_field(item.root, spec, setter, Missing(origin, scalar=True), origin)


def _is_called(item: Object, kind: str, name: str) -> bool:
    return any((found.kind, found.name) == (kind, name) for found in (item.identity, *item.past_identities))


def _set_images(objects: list[Object], entry: MappingNode) -> None:
    name = entry.get("name")
    pattern = compiled(f"{text_of(name)}{_TAG}")
    if pattern is None:
        raise NotEvaluated(f"the expression '{text_of(name)}' is not evaluated", (name or entry).location)

    def setter(node: Node) -> Node:
        if not isinstance(node, ScalarNode):
            raise Refused(f"the image cannot be set: a text is expected at {node.location}", entry.location)
        return _imaged(node, entry) if pattern.fullmatch(node.value) else node

    for item in objects:
        if item.kind != "CustomResourceDefinition":
            root = _in_node(item.root, setter)
            item.root = root if isinstance(root, MappingNode) else item.root
            for spec in _IMAGES:
                item.root = set_field(item.root, spec, setter, None, entry)


def _in_node(node: Node, setter: Setter) -> Node:
    """Every list of containers below a node, at whatever depth, as kustomize looks for them."""
    if isinstance(node, SequenceNode):
        items = [_in_node(item, setter) for item in node.items]
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else node.with_items(items)
    if not isinstance(node, MappingNode):
        return node
    entries, changed = {}, False
    for name, (key, value) in node.entries.items():
        new = _in_node(value, setter)
        if name in _LISTS and isinstance(new, SequenceNode):
            new = _in_containers(new, setter)
        changed = changed or new is not value
        entries[name] = (key, new)
    return node.with_entries(entries) if changed else node


def _in_containers(containers: SequenceNode, setter: Setter) -> SequenceNode:
    items = [_container(item, setter) for item in containers.items]
    same = all(new is old for new, old in zip(items, containers.items, strict=True))
    return containers if same else containers.with_items(items)


def _container(container: Node, setter: Setter) -> Node:
    image = container.get("image") if isinstance(container, MappingNode) else None
    if not isinstance(container, MappingNode) or image is None:
        return container
    new = setter(image)
    return container if new is image else synthesize.put(container, ("image",), new)


def _imaged(image: ScalarNode, entry: MappingNode) -> Node:
    name, tag, digest = _split(image.value)
    value = _written(entry, name, tag, digest)
    fields = ("newName", "newTag", "digest", "tagSuffix")
    decides = [node for key in fields if (node := entry.get(key)) is not None]
    if value == image.value or not decides:
        return image
    new = synthesize.scalar(value, decides[0])
    return replacing(new, image, "image", f"the image {image.value} is replaced", decides[0].location)


def _written(entry: MappingNode, name: str, tag: str, digest: str) -> str:
    new_tag, new_digest, suffix = (text_of(entry.get(key)) for key in ("newTag", "digest", "tagSuffix"))
    if new_tag or new_digest:
        tag, digest = new_tag, new_digest
    elif suffix:
        tag, digest = tag + suffix, ""
    name = text_of(entry.get("newName")) or name
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _split(image: str) -> tuple[str, str, str]:
    """Name, tag and digest; a colon before the first slash belongs to the registry's port."""
    slash = max(image.find("/"), 0)
    host, rest = image[:slash], image[slash:]
    rest, _, digest = rest.partition("@")
    name, _, tag = rest.partition(":")
    return host + name, tag, digest
