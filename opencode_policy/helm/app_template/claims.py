"""PersistentVolumeClaims that a release makes, and the names of those it uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest, rendered_pairs
from opencode_policy.helm.app_template.mounts import claim_templates
from opencode_policy.helm.app_template.naming import Name, name_of
from opencode_policy.helm.synthesis import derived, given, is_empty, mapping, sequence
from opencode_policy.nodes import MappingNode, Node, SequenceNode
from opencode_policy.resource import Field

CLAIM = "persistentVolumeClaim"
_KEEP = {"helm.sh/resource-policy": "keep"}


def claims(context: Context) -> Iterator[MappingNode]:
    """Claims of a release; one that exists already is not made."""
    for identifier, item in _own(context).items():
        name = claim_name(context, identifier, item)
        extra = _KEEP if not is_empty(item["retain"]) else {}
        spec = claim_spec(context, item)
        yield manifest(
            context, ("v1", "PersistentVolumeClaim"), item, name, {"spec": spec}, annotations=extra
        )


def claim_name(context: Context, identifier: str, item: Field) -> Name:
    """Name of the claim behind an item of `persistence`."""
    existing = item["existingClaim"]
    if existing.text:
        return Name(context.text(existing), existing)
    return name_of(context, "persistence", identifier, item, len(_own(context)))


def type_of(item: Field) -> str:
    """Type of an item of `persistence`."""
    return item["type"].text or CLAIM


def claim_spec(context: Context, item: Field) -> MappingNode:
    """What is asked for: a `-` as the class is the empty class."""
    mode, size, storage = item["accessMode"], item["size"], item["storageClass"]
    text = context.text(storage)
    requests = mapping(item, {"storage": derived(size, context.text(size)) if size.text else None})
    return mapping(
        item,
        {
            "accessModes": sequence(mode, [derived(mode, context.text(mode))]) if mode.text else None,
            "resources": mapping(item, {"requests": requests}) if requests.entries else None,
            "storageClassName": derived(storage, "" if text == "-" else text) if text else None,
            "volumeName": given(item["volumeName"]),
            "dataSource": _rendered(context, item["dataSource"]),
            "dataSourceRef": _rendered(context, item["dataSourceRef"]),
        },
    )


def templates_of(context: Context, controller: str, at: Field) -> SequenceNode | None:
    """Claim templates of a StatefulSet."""
    made = [_template(context, item) for _, item in claim_templates(context, controller)]
    return sequence(at, made) if made else None


def _template(context: Context, item: Field) -> MappingNode:
    pairs = {
        word: mapping(item[word], {}).with_entries(dict(rendered_pairs(context, item[word])))
        for word in ("labels", "annotations")
        if not is_empty(item[word])
    }
    return mapping(
        item, {"metadata": mapping(item, {"name": item["name"], **pairs}), "spec": claim_spec(context, item)}
    )


def _rendered(context: Context, field: Field) -> Node | None:
    return context.rendered(field) if given(field) else None


@lru_cache(maxsize=4)
def _own(context: Context) -> dict[str, Field]:
    return {
        identifier: item
        for identifier, item in context.enabled("persistence").items()
        if type_of(item) == CLAIM and not item["existingClaim"].text
    }
