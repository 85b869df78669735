"""The fields of a kustomization file and their types (kustomize api/types/kustomization.go).

kustomize refuses a file with any other field, and one whose field has another type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from opencode_policy.location import Diagnostic, Location
from opencode_policy.nearest import hint
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

Type = str | dict[str, "Type"] | list["Type"] | tuple["Type"]
"""`text`, `number`, `flag`, `any`; fields by name; a list of one type; a tuple: values of any key."""

_TEXTS: Final[list[Type]] = ["text"]
_PAIRS: Final[tuple[Type]] = ("text",)
_KIND: Final[dict[str, Type]] = {"group": "text", "version": "text", "kind": "text"}
_ADDRESS: Final[dict[str, Type]] = {**_KIND, "name": "text", "namespace": "text"}
_SELECTOR: Final[dict[str, Type]] = {**_ADDRESS, "annotationSelector": "text", "labelSelector": "text"}
_PATCH: Final[dict[str, Type]] = {"path": "text", "patch": "text", "target": _SELECTOR, "options": ("flag",)}
_OPTIONS: Final[dict[str, Type]] = {
    "labels": _PAIRS,
    "annotations": _PAIRS,
    "disableNameSuffixHash": "flag",
    "immutable": "flag",
}
_GENERATOR: Final[dict[str, Type]] = {
    "name": "text",
    "namespace": "text",
    "behavior": "text",
    "literals": _TEXTS,
    "files": _TEXTS,
    "envs": _TEXTS,
    "env": "text",
    "options": _OPTIONS,
}
_IMAGE: Final[dict[str, Type]] = dict.fromkeys(("name", "newName", "tagSuffix", "newTag", "digest"), "text")
_FIELD_OPTIONS: Final[dict[str, Type]] = {
    "delimiter": "text",
    "index": "number",
    "encoding": "text",
    "create": "flag",
}
_REPLACEMENT: Final[dict[str, Type]] = {
    "path": "text",
    "sourceValue": "text",
    "source": {**_ADDRESS, "fieldPath": "text", "options": _FIELD_OPTIONS},
    "targets": [
        {"select": _SELECTOR, "reject": [_SELECTOR], "fieldPaths": _TEXTS, "options": _FIELD_OPTIONS}
    ],
}

FIELDS: Final[dict[str, Type]] = {
    "apiVersion": "text",
    "kind": "text",
    "metadata": "any",
    "resources": "any",
    "bases": "any",
    "components": "any",
    "namespace": "text",
    "namePrefix": "text",
    "nameSuffix": "text",
    "labels": [
        {
            "pairs": _PAIRS,
            "includeSelectors": "flag",
            "includeTemplates": "flag",
            "fields": [{**_KIND, "path": "text", "create": "flag"}],
        }
    ],
    "commonLabels": _PAIRS,
    "commonAnnotations": _PAIRS,
    "patches": [_PATCH],
    "patchesJson6902": [_PATCH],
    "patchesStrategicMerge": _TEXTS,
    "images": [_IMAGE],
    "imageTags": [_IMAGE],
    "replicas": [{"name": "text", "count": "number"}],
    "replacements": [_REPLACEMENT],
    "configMapGenerator": [_GENERATOR],
    "secretGenerator": [{**_GENERATOR, "type": "text"}],
    "generatorOptions": _OPTIONS,
    "sortOptions": {"order": "text", "legacySortOptions": {"orderFirst": _TEXTS, "orderLast": _TEXTS}},
    "buildMetadata": _TEXTS,
}
"""Fields that are evaluated."""

NOT_EVALUATED: Final = frozenset(
    {
        "configurations",
        "crds",
        "generators",
        "helmChartInflationGenerator",
        "helmCharts",
        "helmGlobals",
        "inventory",
        "openapi",
        "transformers",
        "validators",
        "vars",
    }
)
"""Fields that kustomize knows and this tool does not evaluate."""

_NAMES: Final = {"text": "a text", "number": "a whole number", "flag": "true or false"}
_YAML_1_1_FLAGS: Final = frozenset({"y", "n", "yes", "no", "on", "off"})


VERSIONS: Final = {
    "Kustomization": "kustomize.config.k8s.io/v1beta1",
    "Component": "kustomize.config.k8s.io/v1alpha1",
}
"""The kinds of a kustomization file, and the version that each must have where it names one."""


MAX_ENTRIES: Final = 1_000
"""Entries of one list (patches, images and the like) that are evaluated: each is tried on every object."""


def check(root: MappingNode) -> Iterator[Diagnostic]:
    """What of a kustomization file kustomize refuses, and what is not evaluated here."""
    yield from _kind(root)
    if all(
        _is_null(value) for name, (_, value) in root.entries.items() if name not in ("apiVersion", "kind")
    ):
        yield _failed("the kustomization is empty", root.location)
    for name, (key, value) in root.entries.items():
        if name in NOT_EVALUATED:
            if not _is_nothing(value):
                yield Diagnostic("kustomize-unsupported", f"'{name}' is not evaluated", key.location)
        elif name not in FIELDS:
            message = f"kustomize knows no field '{name}'{hint(name, {*FIELDS, *NOT_EVALUATED})}"
            yield _failed(message, key.location)
        else:
            if isinstance(value, SequenceNode) and len(value.items) > MAX_ENTRIES and FIELDS[name] != "any":
                message = f"of '{name}' only the first {MAX_ENTRIES} entries are evaluated"
                yield Diagnostic("kustomize-unsupported", message, key.location)
            yield from _checked(value, FIELDS[name], name, key)


def _kind(root: MappingNode) -> Iterator[Diagnostic]:
    kind, version = root.get("kind"), root.get("apiVersion")
    name = kind.value if isinstance(kind, ScalarNode) and kind.value else "Kustomization"
    if name not in VERSIONS:
        yield _failed(f"the kind is Kustomization or Component, not '{name}'", (kind or root).location)
    elif isinstance(version, ScalarNode) and version.value not in ("", VERSIONS[name]):
        yield _failed(f"the apiVersion of a {name} is {VERSIONS[name]}", version.location)


def _checked(node: Node, kind: Type, name: str, key: Node) -> Iterator[Diagnostic]:
    """Mistakes in one value; null stands for nothing everywhere."""
    if kind == "any" or _is_null(node):
        return
    if isinstance(kind, str):
        if not _is_scalar(node, kind):
            yield _failed(f"'{name}' is not {_NAMES[kind]}", node.location)
    elif isinstance(kind, list):
        if not isinstance(node, SequenceNode):
            yield _failed(f"'{name}' is no list", key.location)
            return
        for item in node.items:
            yield from _checked(item, kind[0], name, item)
    elif not isinstance(node, MappingNode):
        yield _failed(f"'{name}' is no mapping", node.location)
    elif isinstance(kind, tuple):
        for below, (below_key, value) in node.entries.items():
            yield from _checked(value, kind[0], below, below_key)
    else:
        yield from _fields(node, kind, name)


def _fields(node: MappingNode, known: dict[str, Type], name: str) -> Iterator[Diagnostic]:
    for below, (key, value) in node.entries.items():
        if below not in known:
            yield _failed(f"'{name}' knows no field '{below}'{hint(below, known)}", key.location)
        else:
            yield from _checked(value, known[below], below, key)


def _is_scalar(node: Node, kind: str) -> bool:
    if not isinstance(node, ScalarNode):
        return False
    value = resolve(node)
    is_flag = isinstance(value, bool) or (node.plain and node.value.lower() in _YAML_1_1_FLAGS)
    if kind == "flag":
        return is_flag
    if kind == "number":
        return isinstance(value, int) and not is_flag
    return isinstance(value, str) and not is_flag


def _is_nothing(node: Node) -> bool:
    if isinstance(node, SequenceNode):
        return not node.items
    return _is_null(node) or (isinstance(node, MappingNode) and not node.entries)


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and resolve(node) is None


def _failed(message: str, location: Location) -> Diagnostic:
    return Diagnostic("kustomize-build-failed", message, location)
