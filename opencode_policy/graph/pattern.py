"""References that stand at a fixed path of a kind: most of them do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencode_policy.graph.kinds import CLUSTER_SCOPED, GROUPS
from opencode_policy.graph.model import Reference
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource


@dataclass(frozen=True, slots=True)
class Pattern:
    """Where a kind names another object.

    `path` leads to the name, or, where `name` is given, to the mapping that holds the name under that key;
    `*` stands for each item of a list. `kind` is the target's kind, `kind_key` the key that may say another
    one (a kind that is not known is left alone). `namespace`, `part` and `optional` are keys of the mapping.
    """

    relation: str
    path: str
    kind: str
    name: str = ""
    kind_key: str = ""
    namespace: str = ""
    part: str = ""
    default_part: str = ""
    optional: str = ""
    is_optional: bool = False


def matches(resource: Resource, patterns: Sequence[Pattern]) -> Iterator[Reference]:
    """The references of an object that stand where the patterns say."""
    for pattern in patterns:
        for found in fields_at(resource.field, pattern.path.split(".")):
            reference = _reference(resource, pattern, found)
            if reference is not None:
                yield reference


def fields_at(field: Field, steps: Sequence[str]) -> Iterator[Field]:
    """Fields at a path; `*` stands for each item of a list."""
    if not steps:
        if field:
            yield field
    elif steps[0] == "*":
        for item in field:
            yield from fields_at(item, steps[1:])
    else:
        yield from fields_at(field[steps[0]], steps[1:])


def _reference(resource: Resource, pattern: Pattern, found: Field) -> Reference | None:
    at = found[pattern.name] if pattern.name else found
    kind = (found[pattern.kind_key].text if pattern.kind_key else "") or pattern.kind
    if not at.text or kind not in GROUPS:
        return None
    part = found[pattern.part] if pattern.part else None
    return Reference(
        resource,
        pattern.relation,
        kind,
        _namespace(resource, pattern, found, kind),
        at.text,
        at,
        (part.text if part else "") or pattern.default_part,
        part if part else None,
        optional=pattern.is_optional or (bool(pattern.optional) and found[pattern.optional].value is True),
    )


def _namespace(resource: Resource, pattern: Pattern, found: Field, kind: str) -> str:
    if kind in CLUSTER_SCOPED:
        return ""
    return (found[pattern.namespace].text if pattern.namespace else "") or resource.namespace
