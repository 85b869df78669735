"""Patches of a kustomization: `patches`, and the older `patchesStrategicMerge` and `patchesJson6902`.

As kustomize's PatchTransformer: a strategic merge patch without a target is for the one object that it
names; a target may select many objects or none. What a patch may not change (kind, name and namespace,
unless its options allow it) is left out of it.
"""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.expand import json_patch
from opencode_policy.expand.aliases import settle
from opencode_policy.expand.annotations import with_annotations
from opencode_policy.expand.embedded import parse_scalar
from opencode_policy.expand.folder import Folder, entries_of, items_of, readable
from opencode_policy.expand.identities import check_unique, without_identity
from opencode_policy.expand.merge import Merge
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.provenance import with_history
from opencode_policy.expand.refusal import Refused, Unmatched
from opencode_policy.expand.synthesize import scalar
from opencode_policy.expand.targets import selected
from opencode_policy.expand.yaml_1_1 import as_yaml_1_1
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import Document
from opencode_policy.scalars import resolve


@dataclass(frozen=True, slots=True)
class Patch:
    """One entry of a kustomization's patches: either `merges` or `operations`, and whom it is for.

    `old` are those of the older fields: an object does not remember what it was called before such a JSON
    patch, and labels of such a strategic merge patch become text as those of one with a target do.
    """

    place: Location
    merges: tuple[MappingNode, ...] = ()
    operations: tuple[MappingNode, ...] = ()
    target: MappingNode | None = None
    allow_name: bool = False
    allow_kind: bool = False
    old: bool = False


Loader = Callable[[Node, Folder], Patch | None]
"""Reads an entry of one of the lists; None where it is no entry at all, which is noted elsewhere."""


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> list[Object]:
    """The patches that come first: `patchesStrategicMerge`, then `patches`."""
    for node in entries_of(root, "patchesStrategicMerge"):
        objects = _attempt(objects, node, folder, _old_merge)
    for node in entries_of(root, "patches"):
        objects = _attempt(objects, node, folder, _patch)
    return objects


def apply_json(root: MappingNode, objects: list[Object], folder: Folder) -> list[Object]:
    """`patchesJson6902`, which come after names, labels and annotations."""
    for node in entries_of(root, "patchesJson6902"):
        objects = _attempt(objects, node, folder, _old_json)
    return objects


def _attempt(objects: list[Object], node: Node, folder: Folder, load: Loader) -> list[Object]:
    try:
        patch = load(node, folder)
        if patch is None:
            return objects
        return _merged(objects, patch) if patch.merges else _operated(objects, patch)
    except Refused as refusal:
        folder.note(refusal)
    return objects


def _patch(node: Node, folder: Folder) -> Patch | None:
    if not isinstance(node, MappingNode):
        return None
    target, options = node.get("target"), node.get("options")
    documents = _documents(node, folder)
    return _of_documents(
        documents,
        _place(node),
        target if isinstance(target, MappingNode) else None,
        allow_name=_is_true(options, "allowNameChange"),
        allow_kind=_is_true(options, "allowKindChange"),
    )


def _old_json(node: Node, folder: Folder) -> Patch | None:
    if not isinstance(node, MappingNode):
        return None
    target = node.get("target")
    if not isinstance(target, MappingNode) or not text_of(target.get("name")):
        raise Refused("a patch of 'patchesJson6902' must name its target", _place(node))
    patch = _of_documents(_documents(node, folder), _place(node), target)
    if not patch.operations:
        raise Refused("a patch of 'patchesJson6902' must be a list of operations", _place(node))
    return Patch(patch.place, (), patch.operations, target, old=True)


def _old_merge(node: Node, folder: Folder) -> Patch | None:
    """An entry of `patchesStrategicMerge`: the patch itself, else the path of a file."""
    if not isinstance(node, ScalarNode):
        return None
    inline = parse_scalar(node)
    roots = [document.root for document in inline.documents]
    if inline.complete and roots and all(_is_merge(root) for root in roots):
        documents = inline.documents
    else:
        documents = folder.documents(node)
    patch = _of_documents(documents, node.location, None)
    if patch.operations:
        raise Refused("a patch of 'patchesStrategicMerge' cannot be a list of operations", node.location)
    return Patch(patch.place, tuple(map(_with_text, patch.merges)), old=True)


def _documents(node: MappingNode, folder: Folder) -> list[Document]:
    patch, path = node.get("patch"), node.get("path")
    inline = isinstance(patch, ScalarNode) and bool(patch.value.strip())
    by_path = isinstance(path, ScalarNode) and bool(path.value)
    if inline and by_path:
        raise Refused("a patch has either 'patch' or 'path', not both", _place(node))
    if inline and isinstance(patch, ScalarNode):
        return readable(parse_scalar(patch), patch.location)
    if by_path and isinstance(path, ScalarNode):
        return folder.documents(path)
    raise Refused("a patch needs 'patch' or 'path'", _place(node))


def _of_documents(
    documents: list[Document],
    place: Location,
    target: MappingNode | None,
    *,
    allow_name: bool = False,
    allow_kind: bool = False,
) -> Patch:
    roots = [document.root for document in documents]
    if not roots:
        raise Refused("the patch is empty", place)
    if isinstance(roots[0], SequenceNode):
        listed = as_yaml_1_1(roots[0])
        operations = tuple(item for item in items_of(listed) if isinstance(item, MappingNode))
        if len(operations) < len(roots[0].items):
            raise Refused("an operation of the patch is no mapping", roots[0].location)
        return Patch(place, operations=operations, target=target)
    merges = []
    for root in roots:
        if not isinstance(root, MappingNode) or not _is_merge(root):
            message = "a patch is a list of operations, or names its kind and metadata.name"
            raise Refused(message, root.location if root else place)
        merges.append(root)
    return Patch(place, tuple(merges), (), target, allow_name, allow_kind)


def _is_merge(root: Node | None) -> bool:
    if not isinstance(root, MappingNode) or not text_of(root.get("kind")):
        return False
    metadata = root.get("metadata")
    return isinstance(metadata, MappingNode) and bool(text_of(metadata.get("name")))


def _merged(objects: list[Object], patch: Patch) -> list[Object]:
    if patch.target is None:
        for merge in patch.merges:
            item = _named(objects, merge)
            objects = _without_gone(objects, item, _merge(item, merge, patch))
        return objects
    if len(patch.merges) > 1:
        raise Refused("several patches in one entry cannot have a target", patch.target.location)
    found = selected(objects, patch.target)
    if not found:
        raise Unmatched("the target of the patch selects no object", patch.target.location)
    for item in found:
        merge = _with_text(patch.merges[0])
        objects = _without_gone(objects, item, _merge(item, merge, patch))
    if patch.allow_name or patch.allow_kind:
        check_unique(objects, patch.place)
    return objects


def _named(objects: list[Object], merge: MappingNode) -> Object:
    """The one object that a patch without a target names, by its present or an earlier identity."""
    wanted = Object(merge, "").identity
    found = [item for item in objects if wanted in (item.identity, *item.past_identities)]
    if len(found) == 1:
        return found[0]
    name = Object(merge, "").metadata
    place = name.get("name") if name else None
    many = "more than one object is" if found else "no object is"
    raise Refused(f"{many} '{wanted}', which the patch is for", (place or merge).location)


def _merge(item: Object, merge: MappingNode, patch: Patch) -> MappingNode | None:
    if patch.allow_name or patch.allow_kind:
        item.remember()
    allowed = without_identity(merge, name=patch.allow_name, kind=patch.allow_kind)
    return Merge(patch.place).apply(item.root, allowed)


def _without_gone(objects: list[Object], item: Object, root: MappingNode | None) -> list[Object]:
    if root is None:
        return [other for other in objects if other is not item]
    before, item.root = item.root, root
    settle(item, before)
    return objects


def _operated(objects: list[Object], patch: Patch) -> list[Object]:
    if patch.target is None:
        raise Refused("a patch that is a list of operations needs a target", patch.place)
    found = selected(objects, patch.target)
    if not found:
        raise Unmatched("the target of the patch selects no object", patch.target.location)
    for item in found:
        if not patch.old:
            item.remember()
        root = with_annotations(item.root) if item.is_marked else item.root
        item.root, item.shared = json_patch.apply(root, list(patch.operations)), ()
    return objects


def _with_text(merge: MappingNode) -> MappingNode:
    """A patch whose labels and annotations are text, null too, as kustomize makes those with a target."""
    metadata = merge.get("metadata")
    if not isinstance(metadata, MappingNode):
        return merge
    entries = dict(metadata.entries)
    for kind in ("labels", "annotations"):
        pairs = metadata.get(kind)
        if isinstance(pairs, MappingNode) and pairs.entries:
            new: dict[str, Entry] = {
                name: (key, _as_text(value)) for name, (key, value) in pairs.entries.items()
            }
            entries[kind] = (entries[kind][0], pairs.with_entries(new))
        elif pairs is not None:
            del entries[kind]
    key, new_metadata = merge.entries["metadata"][0], metadata.with_entries(entries)
    return merge.with_entries({**merge.entries, "metadata": (key, new_metadata)})


def _as_text(value: Node) -> Node:
    if isinstance(value, ScalarNode) and not isinstance(resolve(value), str):
        return with_history(scalar(value.value, value), value.history)
    return value


def _is_true(options: Node | None, name: str) -> bool:
    value = options.get(name) if isinstance(options, MappingNode) else None
    return isinstance(value, ScalarNode) and resolve(value) is True


def _place(node: MappingNode) -> Location:
    """Where an entry of a list of patches begins: its first key."""
    first = next(iter(node.entries.values()), None)
    return first[0].location if first else node.location
