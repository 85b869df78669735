"""What kustomize does to annotations at the end of a build."""

from __future__ import annotations

from typing import Final

from opencode_policy.expand.field_specs import is_null
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.synthesize import mapping, scalar
from opencode_policy.nodes import Change, Entry, MappingNode, Node, ScalarNode
from opencode_policy.scalars import resolve

_LOCAL: Final = "config.kubernetes.io/local-config"


def is_local(item: Object) -> bool:
    """Whether an object is for kustomize alone: it is left out of the build."""
    pairs = item.metadata.get("annotations") if item.metadata else None
    value = pairs.get(_LOCAL) if isinstance(pairs, MappingNode) else None
    return value is not None and text_of(value) != "false"


def finish(item: Object) -> None:
    """Make every annotation a text, null too, and drop an empty mapping of them.

    kustomize reads annotations as text and writes them back (resource.RemoveBuildAnnotations).
    """
    metadata = item.metadata
    entry = metadata.entries.get("annotations") if metadata else None
    if metadata is None or entry is None or not isinstance(entry[1], MappingNode):
        return
    pairs = entry[1]
    if pairs.entries and all(_is_text(value) for _, value in pairs.entries.values()):
        return
    entries = dict(metadata.entries)
    if pairs.entries:
        new: dict[str, Entry] = {name: (key, _as_text(value)) for name, (key, value) in pairs.entries.items()}
        entries["annotations"] = (entry[0], pairs.with_entries(new))
    else:
        del entries["annotations"]
    key = item.root.entries["metadata"][0]
    new_metadata = metadata.with_entries(entries)
    item.root = item.root.with_entries({**item.root.entries, "metadata": (key, new_metadata)})


def with_annotations(root: MappingNode) -> MappingNode:
    """The object with a mapping of annotations, be it empty: a JSON patch can then add to it."""
    metadata = root.entries.get("metadata")
    if metadata is None or not isinstance(metadata[1], MappingNode):
        return root
    entry = metadata[1].entries.get("annotations")
    if entry is not None and not is_null(entry[1]):
        return root
    made = (scalar("annotations", metadata[0]), mapping({}, metadata[0]))
    below = metadata[1].with_entries({**metadata[1].entries, "annotations": made})
    return root.with_entries({**root.entries, "metadata": (metadata[0], below)})


def _is_text(node: Node) -> bool:
    return isinstance(node, ScalarNode) and isinstance(resolve(node), str)


def _as_text(node: Node) -> Node:
    if _is_text(node):
        return node
    change = Change("annotation", "kustomize makes it a text", node.location)
    if not isinstance(node, ScalarNode):
        return scalar("", node, change)
    return node.replaced(node.value, change, style='"')
