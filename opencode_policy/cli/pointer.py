"""A pointer to one value of the expanded tree: `apps/v1/Deployment/opencode/web:/spec/replicas`.

Left of the colon stands the object, `[GROUP/]VERSION/KIND[/NAMESPACE]/NAME`, of which the version and the
namespace may be left out where one object alone fits; right of it a JSON pointer (RFC 6901).
"""

from __future__ import annotations

import re

from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

_OBJECT = re.compile(
    r"(?:(?P<version>(?:[a-z0-9.-]+/)?v[0-9][a-z0-9]*)/)?(?P<kind>[A-Z][A-Za-z0-9]*)/"
    r"(?:(?P<namespace>[^/]*)/)?(?P<name>[^/]+)"
)
_BAD_ESCAPE = re.compile(r"~(?![01])")
_MOST = 5


class PointerError(ValueError):
    """The pointer does not lead to one value; the message says why, and what would."""


def field_at(tree: Tree, pointer: str) -> Field:
    """The field that a pointer names; raises PointerError where no or more than one object fits."""
    written, colon, path = pointer.partition(":/")
    if not colon and written.endswith(":"):
        written = written[:-1]
    found = _OBJECT.fullmatch(written)
    if found is None or _BAD_ESCAPE.search(path):
        raise PointerError(
            f"'{pointer}' is no pointer; write [GROUP/]VERSION/KIND[/NAMESPACE]/NAME:/path/to/value"
        )
    objects = [item for item in tree.resources if tree.applies(item) and _fits(item, found)]
    field = _one(tree, objects, written).field
    for step in path.split("/") if colon else ():
        field = field[_step(field, step)]
    return field


def _fits(resource: Resource, wanted: re.Match[str]) -> bool:
    given = (wanted["version"], wanted["kind"], wanted["namespace"], wanted["name"])
    own = (resource.id.api_version, resource.kind, resource.namespace, resource.name)
    return all(want is None or want == have for want, have in zip(given, own, strict=True))


def _one(tree: Tree, objects: list[Resource], written: str) -> Resource:
    names = list(dict.fromkeys(map(_identity, objects)))
    if len(names) == 1:
        return objects[0]
    if names:
        some = ", ".join(names[:_MOST]) + (", …" if len(names) > _MOST else "")
        raise PointerError(f"'{written}' fits {len(names)} objects: {some}")
    known = [_identity(item) for item in tree.resources if tree.applies(item)]
    raise PointerError(f"no object '{written}' is applied{hint(written, known)}")


def _identity(resource: Resource) -> str:
    parts = (resource.id.api_version, resource.kind, resource.namespace, resource.name)
    return "/".join(part for part in parts if part)


def _step(field: Field, step: str) -> str | int:
    name = step.replace("~1", "/").replace("~0", "~")
    return int(name) if field.is_list and name.isdecimal() else name
