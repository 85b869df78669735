"""Replacements: a value of one object copied into fields of others (kustomize api/filters/replacement)."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand import synthesize
from opencode_policy.expand.aliases import settle
from opencode_policy.expand.field_paths import Target, look_up
from opencode_policy.expand.field_specs import is_null, is_selected
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.object import DEFAULT_NAMESPACE, Object, text_of
from opencode_policy.expand.provenance import replacing
from opencode_policy.expand.refusal import Refused
from opencode_policy.expand.synthesize import is_true
from opencode_policy.expand.targets import has_labels
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

_NAME = "metadata.name"
_ADDRESS = ("group", "version", "kind", "name", "namespace")


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> None:
    """Make every replacement of a kustomization, in order; what cannot be made is noted."""
    for entry in folder.mappings(root, "replacements"):
        try:
            for replacement in _written(entry, folder):
                _replace(replacement, objects)
        except Refused as refusal:
            folder.note(refusal)


def _written(entry: MappingNode, folder: Folder) -> Iterator[MappingNode]:
    """The replacement itself, or those of the file that it names."""
    path = entry.get("path")
    if not isinstance(path, ScalarNode) or not path.value:
        yield entry
        return
    if "source" in entry.entries or items_of(entry.get("targets")):
        raise Refused("a replacement is written here or in a file, not both", path.location)
    for document in folder.documents(path)[:1]:
        found = document.root
        for item in [found] if isinstance(found, MappingNode) else items_of(found):
            if isinstance(item, MappingNode):
                yield item


def _replace(entry: MappingNode, objects: list[Object]) -> None:
    source, fixed, targets = (entry.get(field) for field in ("source", "sourceValue", "targets"))
    if not isinstance(targets, SequenceNode) or (source is None and fixed is None):
        raise Refused("a replacement needs a source and targets", entry.location)
    if source is not None and fixed is not None:
        raise Refused("a replacement has either 'source' or 'sourceValue', not both", fixed.location)
    value = fixed or (_value(source, objects) if isinstance(source, MappingNode) else None)
    if value is None:
        raise Refused("a replacement needs a source and targets", entry.location)
    for target in targets.items:
        if isinstance(target, MappingNode):
            _copy(value, target, objects)


def _value(source: MappingNode, objects: list[Object]) -> Node:
    found = [item for item in objects if _is_addressed(item, source)]
    if len(found) != 1:
        how = "no object" if not found else "more than one object"
        raise Refused(f"the source of the replacement selects {how}", source.location)
    path = source.get("fieldPath")
    node = look_up(found[0].root, path if isinstance(path, ScalarNode) and path.value else None, _NAME)
    if node is None or is_null(node) or _is_empty(node):
        raise Refused("the source of the replacement has no such field", (path or source).location)
    return _refined(node, source)


def _is_empty(node: Node) -> bool:
    return isinstance(node, MappingNode | SequenceNode) and not (
        node.entries if isinstance(node, MappingNode) else node.items
    )


def _refined(node: Node, source: MappingNode) -> Node:
    """A part of the value, where the source has a delimiter."""
    delimiter, index, place = _options(source)
    if not delimiter:
        return node
    if not isinstance(node, ScalarNode):
        raise Refused("only a text has parts between delimiters", place.location)
    parts = node.value.split(delimiter)
    if not 0 <= index < len(parts):
        raise Refused(f"the value has no part {index}", place.location)
    return ScalarNode(node.source, node.start, node.end, node.tag, parts[index], node.style, node.history)


def _options(owner: MappingNode) -> tuple[str, int, Node]:
    options = owner.get("options")
    if not isinstance(options, MappingNode):
        return "", 0, owner
    index = options.get("index")
    number = resolve(index) if isinstance(index, ScalarNode) else 0
    return text_of(options.get("delimiter")), number if isinstance(number, int) else 0, options


def _is_addressed(item: Object, address: MappingNode) -> bool:
    """Whether an object has, or had, a kind, name and namespace, each of which may be left out."""
    group, version, kind, name, namespace = (text_of(address.get(field)) for field in _ADDRESS)
    now = (item.kind, item.name, item.written_namespace or DEFAULT_NAMESPACE)
    return any(
        is_selected(item.api_version, own_kind, group, version, kind)
        and name in ("", own_name)
        and namespace in ("", own_namespace)
        for own_kind, own_name, own_namespace in (now, *item.past)
    )


def _copy(value: Node, target: MappingNode, objects: list[Object]) -> None:
    select = target.get("select")
    if not isinstance(select, MappingNode):
        raise Refused("a target of a replacement must select objects", target.location)
    rejects = [item for item in items_of(target.get("reject")) if isinstance(item, MappingNode)]
    for item in objects:
        if _is_target(item, select, rejects):
            before, item.root = item.root, _with_value(item.root, value, target)
            settle(item, before)


def _is_target(item: Object, select: MappingNode, rejects: list[MappingNode]) -> bool:
    if not _has_labels(item, select) or not _is_addressed(item, select):
        return False
    for reject in rejects:
        by_labels = text_of(reject.get("labelSelector")) or text_of(reject.get("annotationSelector"))
        if by_labels and _has_labels(item, reject):
            return False
        addressed = any(text_of(reject.get(field)) for field in _ADDRESS)
        if addressed and _is_addressed(item, reject):
            return False
    return True


def _has_labels(item: Object, selector: MappingNode) -> bool:
    return has_labels(item, selector.get("annotationSelector"), "annotations") and has_labels(
        item, selector.get("labelSelector"), "labels"
    )


def _with_value(root: MappingNode, value: Node, target: MappingNode) -> MappingNode:
    options = target.get("options")
    made = type(value) if isinstance(options, MappingNode) and is_true(options.get("create")) else None
    for path in items_of(target.get("fieldPaths")) or [synthesize.scalar(_NAME, target)]:
        if not isinstance(path, ScalarNode):
            continue

        def setter(node: Node, path: ScalarNode = path) -> Node:
            return _set(node, value, target, path)

        new, count = Target(path, made, setter).set(root)
        if not count or not isinstance(new, MappingNode):
            raise Refused(f"the target of the replacement has no field '{path.value}'", path.location)
        root = new
    return root


def _set(node: Node, value: Node, target: MappingNode, path: ScalarNode) -> Node:
    """The value in the place of a field, or of a part of it; a scalar keeps the type that it has."""
    message = "a replacement copies the value of another object"
    delimiter, index, place = _options(target)
    text = text_of(value)
    if delimiter:
        if not isinstance(node, ScalarNode):
            raise Refused("only a text has parts between delimiters", place.location)
        text = _spliced(node.value.split(delimiter), index, text, delimiter)
    if not isinstance(node, ScalarNode):
        return replacing(value, node, "replacement", message, path.location)
    typed = _typed(node, value, text, path)
    return replacing(typed, node, "replacement", message, path.location)


def _spliced(parts: list[str], index: int, text: str, delimiter: str) -> str:
    if index < 0:
        parts.insert(0, text)
    elif index >= len(parts):
        parts.append(text)
    else:
        parts[index] = text
    return delimiter.join(parts)


def _typed(node: ScalarNode, value: Node, text: str, path: ScalarNode) -> ScalarNode:
    old = resolve(node)
    if isinstance(old, str) and (old or not node.plain):
        return synthesize.scalar(text, value)
    new = synthesize.scalar(text, value, style="")
    if old is not None and not _fits(old, resolve(new)):
        raise Refused("the value has another type than the one it replaces", path.location)
    return new


def _fits(old: object, new: object) -> bool:
    if isinstance(old, float):
        return isinstance(new, int | float) and not isinstance(new, bool)
    return type(old) is type(new)
