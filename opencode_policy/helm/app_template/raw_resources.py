"""Objects that the values write out themselves: `rawResources`.

Until version 4 the fields of the object stand below `spec`, its metadata beside it; from version 5 on the
whole object stands below `manifest` (the chart's upgrade instructions, "rawResources restructure").
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest
from opencode_policy.helm.app_template.naming import name_of
from opencode_policy.helm.synthesis import Part, within
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field

_OWN = frozenset({"apiVersion", "kind", "metadata"})


def raw_resources(context: Context) -> Iterator[MappingNode]:
    """The objects, under the names that the chart gives them."""
    for identifier, item in context.enabled("rawResources").items():
        whole = item["manifest"] if context.edition.major > 4 else item
        kind = (context.text(whole["apiVersion"]), context.text(whole["kind"]))
        if not all(kind):
            context.mistake(f"the raw resource {identifier} has no apiVersion or no kind", item)
            continue
        if context.edition.major > 4 and whole["metadata"]["namespace"].text:
            context.unknown(
                f"the namespace of the raw resource {identifier} is not followed", whole["metadata"]
            )
        name = name_of(context, "rawResources", identifier, item)
        rest = dict(_fields(context, whole if context.edition.major > 4 else item["spec"]))
        described = whole["metadata"] if context.edition.major > 4 else item
        yield manifest(context, kind, item, name, rest, described=described)


def _fields(context: Context, fields: Field) -> Iterator[tuple[str, Part]]:
    """The fields of the object apart from what the chart writes itself."""
    for name, value in fields.entries():
        node = context.rendered(value)
        if name not in _OWN and node is not None:
            yield name, within(fields, node, value)
