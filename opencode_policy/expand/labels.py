"""Labels and annotations that a kustomization sets on its objects, their templates and their selectors."""

from __future__ import annotations

from opencode_policy.expand import specs_of_labels as specs
from opencode_policy.expand.aliases import replace_everywhere
from opencode_policy.expand.field_specs import FieldSpec, Missing, is_null, path_of, set_field
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.provenance import replacing
from opencode_policy.expand.refusal import Refused
from opencode_policy.expand.synthesize import is_true, scalar
from opencode_policy.lean import dataclass
from opencode_policy.nodes import MappingNode, Node, ScalarNode


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels or annotations, and the fields of objects that get them."""

    kind: str
    pairs: MappingNode
    specs: tuple[FieldSpec, ...]

    @classmethod
    def of_metadata(cls, kind: str, pairs: MappingNode) -> Pairs:
        """Pairs for `labels` or `annotations` of the objects themselves."""
        return cls(kind.removesuffix("s"), pairs, (FieldSpec(("metadata", kind), create=True),))


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> None:
    """Set `labels`, `commonLabels` and `commonAnnotations`, in this order; a later value wins."""
    for node in items_of(root.get("labels")):
        if isinstance(node, MappingNode):
            _attempt(node, objects, folder)
    for field, kind, where in (
        ("commonLabels", "label", specs.SELECTOR_LABELS),
        ("commonAnnotations", "annotation", specs.ANNOTATIONS),
    ):
        pairs = root.get(field)
        if isinstance(pairs, MappingNode):
            set_pairs(objects, Pairs(kind, pairs, where), folder)


def _attempt(node: MappingNode, objects: list[Object], folder: Folder) -> None:
    pairs = node.get("pairs")
    try:
        where = _specs_of(node)
    except Refused as refusal:
        folder.note(refusal)
        return
    if isinstance(pairs, MappingNode):
        set_pairs(objects, Pairs("label", pairs, where), folder)


def _specs_of(node: MappingNode) -> tuple[FieldSpec, ...]:
    """The fields that an entry of `labels` names, and those that it includes."""
    found = [_spec(item) for item in items_of(node.get("fields")) if isinstance(item, MappingNode)]
    if is_true(node.get("includeSelectors")):
        more = specs.SELECTOR_LABELS
    elif is_true(node.get("includeTemplates")):
        more = (*specs.TEMPLATE_LABELS, specs.METADATA_LABELS)
    else:
        more = (specs.METADATA_LABELS,)
    for spec in more:
        same = next((item for item in found if _covers(item, spec)), None)
        if same is not None and same.create != spec.create:
            place = node.entries["fields"][0].location if "fields" in node.entries else node.location
            raise Refused(f"'{'/'.join(spec.path)}' is given with another 'create' than kustomize's", place)
        if same is None:
            found.append(spec)
    return tuple(found)


def _covers(known: FieldSpec, new: FieldSpec) -> bool:
    """Whether a field is one of those that are known already (kustomize FieldSpec.effectivelyEquals)."""
    pairs = ((new.group, known.group), (new.version, known.version), (new.kind, known.kind))
    return known.path == new.path and all(wanted in ("", own) for wanted, own in pairs)


def _spec(node: MappingNode) -> FieldSpec:
    path, kind, group, version = (text_of(node.get(name)) for name in ("path", "kind", "group", "version"))
    return FieldSpec(path_of(path), kind, group, version, is_true(node.get("create")))


def set_pairs(objects: list[Object], pairs: Pairs, folder: Folder) -> None:
    """Set every pair in every field of every object; where it cannot be done is noted."""
    for item in objects:
        version, kind = item.api_version, item.kind
        where = [spec for spec in pairs.specs if spec.selects(version, kind)]
        for name in sorted(pairs.pairs.entries):
            key, value = pairs.pairs.entries[name]
            if isinstance(value, ScalarNode):
                _set(item, where, key, value, pairs.kind, folder)


def _set(
    item: Object, where: list[FieldSpec], key: ScalarNode, value: ScalarNode, kind: str, folder: Folder
) -> None:
    message = f"a kustomization sets the {kind} '{key.value}' on every object"
    setting = _Setting(key, value, kind, message)
    try:
        for spec in where:
            item.root = set_field(item.root, spec, setting.put, Missing(value), value.location)
            for old, new in setting.replaced:
                replace_everywhere(item, old, new)
            setting.replaced.clear()
    except Refused as refusal:
        folder.note(refusal)
    if setting.added > 1:
        item.shared = (*item.shared, setting.new)


class _Setting:
    """Sets one label or annotation in the fields of one object.

    `new` stands wherever the key was missing, `added` times; `replaced` are values that gave way to another.
    """

    def __init__(self, key: ScalarNode, value: ScalarNode, kind: str, message: str) -> None:
        self.key, self.value, self.kind, self.message = key, _as_text(value), kind, message
        self.new = replacing(self.value, None, kind, message, value.location)
        self.added = 0
        self.replaced: list[tuple[Node, Node]] = []

    def put(self, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            why = f"a mapping is expected at {node.location}"
            raise Refused(f"the {self.kind} cannot be set: {why}", self.value.location)
        name, known = self.key.value, node.entries.get(self.key.value)
        if known is None:
            self.added += 1
            return node.with_entries({**node.entries, name: (self.key, self.new)})
        new = replacing(self.value, known[1], self.kind, self.message, self.value.location)
        self.replaced.append((known[1], new))
        return node.with_entries({**node.entries, name: (known[0], new)})


def _as_text(value: ScalarNode) -> ScalarNode:
    if is_null(value):
        return scalar("", value)
    return scalar(value.value, value) if value.plain else value
