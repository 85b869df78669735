"""Metadata of the objects of a release: names, labels, annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.naming import Name, chart_name
from opencode_policy.helm.synthesis import Part, default, derived, mapping
from opencode_policy.nodes import Entry, MappingNode, ScalarNode
from opencode_policy.resource import Field


def manifest(
    context: Context,
    kind: tuple[str, str],
    item: Field,
    name: Name,
    fields: Mapping[str, Part],
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    described: Field | None = None,
) -> MappingNode:
    """An object of a kind (apiVersion and kind) that an item of the values makes.

    `labels` and `annotations` are the chart's own; those of the values stand in `described`, or in the item.
    """
    given = item if described is None else described
    api_version, word = kind
    own = {**selector_labels(context), "app.kubernetes.io/managed-by": "Helm", **(labels or {})}
    metadata = mapping(
        item,
        {
            "name": derived(name.at, name.text),
            "namespace": derived(context.release.name_at, context.release.namespace),
            "labels": pairs(context, given, "labels", own),
            "annotations": pairs(context, given, "annotations", annotations or {}),
        },
    )
    entries: dict[str, Part] = {
        "apiVersion": derived(item, api_version),
        "kind": derived(item, word),
        "metadata": metadata,
    }
    return mapping(item, {**entries, **fields})


def pairs(context: Context, item: Field, word: str, own: Mapping[str, str]) -> MappingNode | None:
    """Labels or annotations of an item: the chart's own, the global ones, the item's."""
    entries: dict[str, Entry] = dict(
        mapping(item, {key: default(item, text) for key, text in own.items()}).entries
    )
    for field in (context.values["global"][word], item[word]):
        entries.update((name, entry) for name, entry in rendered_pairs(context, field) if name not in own)
    return mapping(item, {}).with_entries(entries) if entries else None


def rendered_pairs(context: Context, field: Field) -> Iterator[tuple[str, Entry]]:
    """Pairs of a mapping with their templates evaluated, but for those that are null."""
    for name, value in field.entries():
        key, node = value.as_key.node, context.rendered(value)
        if value and isinstance(key, ScalarNode) and node is not None:
            yield name, (key, node)


@lru_cache(maxsize=4)
def selector_labels(context: Context) -> Mapping[str, str]:
    """Labels that all objects of a release bear."""
    return {
        "app.kubernetes.io/name": chart_name(context),
        "app.kubernetes.io/instance": context.release.name,
    }


def pod_selector(context: Context, controller: str) -> dict[str, str]:
    """Labels that tell the pods of one controller."""
    return {**selector_labels(context), context.edition.controller_label: controller}
