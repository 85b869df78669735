"""configMapGenerator and secretGenerator: objects whose data are files, lines and literals."""

from __future__ import annotations

import base64

from opencode_policy.expand import synthesize
from opencode_policy.expand.folder import Folder
from opencode_policy.expand.identities import clash
from opencode_policy.expand.key_values import Pair, pairs_of
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.refusal import Refused
from opencode_policy.expand.synthesize import is_true
from opencode_policy.nodes import Change, Entry, MappingNode, Node, ScalarNode

_LINE = 70
"""Characters of a line of base64, as kustomize breaks it."""


def generate(root: MappingNode, objects: list[Object], folder: Folder) -> list[Object]:
    """Objects with those that a kustomization generates: new ones at the end, others in their place."""
    for field, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for generator in folder.mappings(root, field):
            try:
                made = _object(generator, kind, root.get("generatorOptions"), folder)
                objects = absorbed(objects, made, generator)
            except Refused as refusal:
                folder.note(refusal)
    return objects


def absorbed(objects: list[Object], made: Object, generator: MappingNode) -> list[Object]:
    """Objects with a generated one among them: added, or put in the place of the one it extends."""
    wanted = made.identity
    found = [item for item in objects if wanted in (item.identity, *item.past_identities)]
    behavior = generator.get("behavior") or generator.get("name") or generator
    if not found:
        if made.behavior in ("merge", "replace"):
            raise Refused(f"there is no '{wanted}' to {made.behavior}", behavior.location)
        return [*objects, made]
    if len(found) > 1:
        raise Refused(f"more than one object is '{wanted}'", behavior.location)
    if made.behavior not in ("merge", "replace"):
        raise clash(found[0], made)
    _extend(made, found[0])
    return [made if item is found[0] else item for item in objects]


def _extend(made: Object, old: Object) -> None:
    """Give a generated object the name and metadata of the one it replaces, and its data to merge."""
    entries = dict(made.root.entries)
    entries["metadata"] = (entries["metadata"][0], _metadata(made, old))
    if made.behavior == "merge":
        for field in ("data", "binaryData"):
            merged = _merged(old.root.entries.get(field), entries.pop(field, None))
            if merged is not None:
                entries[field] = merged
        made.path, made.maker = old.path, old.maker
    made.root = made.root.with_entries(entries)
    made.past, made.prefixes, made.suffixes = old.past, old.prefixes, old.suffixes
    made.hashed = made.hashed and old.hashed


def _merged(old: Entry | None, new: Entry | None) -> Entry | None:
    """Two mappings of text, the new values first choice."""
    pairs: dict[str, Entry] = {}
    for entry in (old, new):
        if entry is not None and isinstance(entry[1], MappingNode):
            pairs.update(entry[1].entries)
    base = new or old
    if not pairs or base is None or not isinstance(base[1], MappingNode):
        return None
    text = {name: (key, _as_text(value)) for name, (key, value) in sorted(pairs.items())}
    return base[0], base[1].with_entries(text)


def _as_text(node: Node) -> Node:
    if isinstance(node, ScalarNode) and node.plain:
        return synthesize.scalar(node.value, node)
    return node


def _metadata(made: Object, old: Object) -> Node:
    own, former = made.metadata, old.metadata
    if own is None or former is None:
        return made.root.entries["metadata"][1]
    entries: dict[str, Entry] = {
        name: entry for name, entry in former.entries.items() if name in ("name", "namespace")
    }
    for kind in ("labels", "annotations"):
        merged = _merged(former.entries.get(kind), own.entries.get(kind))
        if merged is not None:
            entries[kind] = merged
    return own.with_entries(entries)


def _object(generator: MappingNode, kind: str, shared: Node | None, folder: Folder) -> Object:
    """The ConfigMap or Secret; options of the generator beat those of the kustomization."""
    name = generator.get("name")
    if not isinstance(name, ScalarNode) or not name.value:
        raise Refused("a generator needs a name", generator.location)
    made = Change("generate", f"a {kind} is generated here", name.location)
    pairs = pairs_of(generator, folder, made)
    options = (shared, generator.get("options"))
    fields: dict[str, Node] = {
        "apiVersion": synthesize.scalar("v1", name),
        "kind": synthesize.scalar(kind, name),
        "metadata": _new_metadata(generator, name, options),
    }
    if kind == "Secret":
        fields |= _secret_fields(generator, name, pairs)
    else:
        fields |= _config_map_fields(name, pairs)
    if any(is_true(_option(option, "immutable")) for option in options):
        fields["immutable"] = synthesize.scalar("true", name, style="")
    hashed = not any(is_true(_option(option, "disableNameSuffixHash")) for option in options)
    behavior = text_of(generator.get("behavior"))
    root = synthesize.mapping(fields, name)
    return Object(root, name.source.path, hashed=hashed, maker=f"{kind}Generator", behavior=behavior)


def _option(options: Node | None, name: str) -> Node | None:
    return options.get(name) if isinstance(options, MappingNode) else None


def _new_metadata(generator: MappingNode, name: ScalarNode, options: tuple[Node | None, ...]) -> MappingNode:
    metadata: dict[str, Node] = {"name": synthesize.scalar(name.value, name)}
    namespace = generator.get("namespace")
    if isinstance(namespace, ScalarNode) and namespace.value:
        metadata["namespace"] = namespace
    for kind in ("labels", "annotations"):
        merged: dict[str, Entry] = {}
        for option in options:
            given = _option(option, kind)
            merged.update(given.entries if isinstance(given, MappingNode) else {})
        if merged:
            metadata[kind] = synthesize.mapping({}, name).with_entries(merged)
    return synthesize.mapping(metadata, name)


def _config_map_fields(name: ScalarNode, pairs: list[Pair]) -> dict[str, Node]:
    fields: dict[str, Node] = {}
    for field, binary in (("data", False), ("binaryData", True)):
        chosen = [pair for pair in pairs if (pair.binary is not None) == binary]
        if chosen:
            entries: dict[str, Entry] = {pair.name: (_key(pair), _config_map_value(pair)) for pair in chosen}
            fields[field] = synthesize.mapping({}, name).with_entries(entries)
    return fields


def _config_map_value(pair: Pair) -> ScalarNode:
    if pair.binary is None:
        return pair.value
    return synthesize.scalar(_base64(pair.binary), pair.origin, *pair.value.history)


def _secret_fields(generator: MappingNode, name: ScalarNode, pairs: list[Pair]) -> dict[str, Node]:
    given = generator.get("type")
    entries: dict[str, Entry] = {pair.name: (_key(pair), _secret_value(pair)) for pair in pairs}
    return {
        "type": given if isinstance(given, ScalarNode) and given.value else synthesize.scalar("Opaque", name),
        "data": synthesize.mapping({}, name).with_entries(entries),
    }


def _secret_value(pair: Pair) -> ScalarNode:
    """The value in base64; it stands where the generator names it."""
    content = pair.binary if pair.binary is not None else pair.value.value.encode("utf-8", "surrogatepass")
    return synthesize.scalar(_base64(content), pair.origin, *pair.value.history[-1:])


def _key(pair: Pair) -> ScalarNode:
    return synthesize.scalar(pair.name, pair.origin)


def _base64(content: bytes) -> str:
    """Standard base64; what reaches 70 characters is broken into lines, each with its line break."""
    text = base64.b64encode(content).decode("ascii")
    if len(text) < _LINE:
        return text
    return "".join(text[start : start + _LINE] + "\n" for start in range(0, len(text), _LINE))
