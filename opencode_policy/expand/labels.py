"""Labels and annotations that a kustomization sets on its objects, their templates and their selectors."""

from __future__ import annotations

from opencode_policy.expand import specs_of_labels as specs
from opencode_policy.expand.aliases import replace_everywhere
from opencode_policy.expand.field_specs import FieldSpec, Missing, is_null, path_of, set_field
from opencode_policy.expand.folder import Folder, entries_of, items_of
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.provenance import replacing, with_history
from opencode_policy.expand.refusal import Refused
from opencode_policy.expand.synthesize import is_true, scalar
from opencode_policy.lean import dataclass
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode


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
    for node in entries_of(root, "labels"):
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
    kinds = [(item, item.api_version, item.kind) for item in objects]
    where = [(item, [spec for spec in pairs.specs if spec.selects(*kind)]) for item, *kind in kinds]
    for key, value in pairs.pairs.entries.values():
        if isinstance(value, ScalarNode):
            message = f"a kustomization sets the {pairs.kind} '{key.value}' on every object"
            label = Label(key, _as_text(value), Change(pairs.kind, message, value.location))
            for item, specs_of_item in where:
                _set(item, specs_of_item, label, folder)


@dataclass(frozen=True, slots=True)
class Label:
    """One label or annotation on its way into objects; `change` is the step that it makes."""

    key: ScalarNode
    value: ScalarNode
    change: Change


def _set(item: Object, where: list[FieldSpec], label: Label, folder: Folder) -> None:
    setting = _Setting(label)
    try:
        for spec in where:
            item.root = set_field(item.root, spec, setting.put, Missing(label.value), label.value)
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

    def __init__(self, label: Label) -> None:
        self.label = label
        self.new = with_history(label.value, (*label.value.history, label.change))
        self.added = 0
        self.replaced: list[tuple[Node, Node]] = []

    def put(self, node: Node) -> Node:
        label = self.label
        if not isinstance(node, MappingNode):
            why = f"a mapping is expected at {node.location}"
            raise Refused(f"the {label.change.kind} cannot be set: {why}", label.value.location)
        name, known = label.key.value, node.entries.get(label.key.value)
        if known is None:
            self.added += 1
            return node.with_entries({**node.entries, name: (label.key, self.new)})
        change = label.change
        new = replacing(label.value, known[1], change.kind, change.message, change.location)
        self.replaced.append((known[1], new))
        return node.with_entries({**node.entries, name: (known[0], new)})


def _as_text(value: ScalarNode) -> ScalarNode:
    if is_null(value):
        return scalar("", value)
    return scalar(value.value, value) if value.plain else value
