"""What a kustomization sets inside objects: `images` and `replicas`.

As kustomize's own transformers (api/filters/imagetag, api/filters/replicacount): an image is matched by its
name without tag and digest; a new tag or digest replaces both.
"""

from __future__ import annotations

from opencode_policy.expand import synthesize
from opencode_policy.expand.object import Object, text_of
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode

_LISTS = ("containers", "initContainers")
_REPLICATED = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"})


def with_images(objects: list[Object], images: Node | None) -> list[Object]:
    """Objects whose containers have the images that a kustomization gives them."""
    for entry in _entries(images):
        objects = [_imaged(item, entry) for item in objects]
    return objects


def with_replicas(objects: list[Object], replicas: Node | None) -> list[Object]:
    """Workloads with the number of replicas that a kustomization gives them."""
    for entry in _entries(replicas):
        objects = [_replicated(item, entry) for item in objects]
    return objects


def _entries(node: Node | None) -> list[MappingNode]:
    items = node.items if isinstance(node, SequenceNode) else []
    return [item for item in items if isinstance(item, MappingNode) and text_of(item.get("name"))]


def _replicated(item: Object, entry: MappingNode) -> Object:
    count = entry.get("count")
    if item.kind not in _REPLICATED or item.name != text_of(entry.get("name")):
        return item
    if not isinstance(count, ScalarNode):
        return item
    change = Change("replicas", f"the number of replicas becomes {count.value} here", count.location)
    return Object(
        synthesize.put(item.root, ("spec", "replicas"), count.replaced(count.value, change)), item.path
    )


def _imaged(item: Object, entry: MappingNode) -> Object:
    root = _in_node(item.root, entry)
    return Object(root, item.path) if isinstance(root, MappingNode) and root is not item.root else item


def _in_node(node: Node, entry: MappingNode) -> Node:
    """Every list of containers below a node, at whatever depth, as kustomize looks for them."""
    if isinstance(node, SequenceNode):
        items = [_in_node(item, entry) for item in node.items]
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else node.with_items(items)
    if not isinstance(node, MappingNode):
        return node
    entries, changed = {}, False
    for name, (key, value) in node.entries.items():
        new = _in_node(value, entry)
        if name in _LISTS and isinstance(new, SequenceNode):
            new = _in_containers(new, entry)
        changed = changed or new is not value
        entries[name] = (key, new)
    return node.with_entries(entries) if changed else node


def _in_containers(containers: SequenceNode, entry: MappingNode) -> SequenceNode:
    items = [_container(item, entry) for item in containers.items]
    same = all(new is old for new, old in zip(items, containers.items, strict=True))
    return containers if same else containers.with_items(items)


def _container(container: Node, entry: MappingNode) -> Node:
    image = container.get("image") if isinstance(container, MappingNode) else None
    if not isinstance(container, MappingNode) or not isinstance(image, ScalarNode):
        return container
    name, tag, digest = _split(image.value)
    if name != text_of(entry.get("name")):
        return container
    value = _written(entry, name, tag, digest)
    decides = [node for key in ("newName", "newTag", "digest") if (node := entry.get(key)) is not None]
    if value == image.value or not decides:
        return container
    change = Change("image", f"the image {image.value} is replaced", image.location)
    return synthesize.put(container, ("image",), synthesize.scalar(value, decides[0], change))


def _written(entry: MappingNode, name: str, tag: str, digest: str) -> str:
    new_tag, new_digest = text_of(entry.get("newTag")), text_of(entry.get("digest"))
    if new_tag or new_digest:
        tag, digest = new_tag, new_digest
    name = text_of(entry.get("newName")) or name
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _split(image: str) -> tuple[str, str, str]:
    """Name, tag and digest; a colon before the last slash belongs to the registry's port."""
    rest, _, digest = image.partition("@")
    name, colon, tag = rest.rpartition(":")
    return (name, tag, digest) if colon and "/" not in tag else (rest, "", digest)
