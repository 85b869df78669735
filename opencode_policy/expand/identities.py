"""What an object is called on its way through a build, and that no two are called the same."""

from __future__ import annotations

from opencode_policy.expand.object import Identity, Object
from opencode_policy.expand.refusal import Refused
from opencode_policy.location import Location, Related
from opencode_policy.nodes import MappingNode


def check_unique(objects: list[Object], place: Location | None = None) -> None:
    """Raise `Refused` where two objects have one identity: at `place`, else at the later object's name."""
    seen: dict[Identity, Object] = {}
    for item in objects:
        first = seen.setdefault(item.identity, item)
        if first is not item:
            raise clash(first, item, place)


def clash(first: Object, second: Object, place: Location | None = None) -> Refused:
    """Why two objects cannot stand in one build."""
    message = f"two objects of the build are '{second.identity}'"
    related = Related("the other one is written here", name_location(first))
    return Refused(message, place or name_location(second), related)


def name_location(item: Object) -> Location:
    """Where the name of an object is written."""
    name = item.metadata.get("name") if item.metadata else None
    return (name or item.root).location


def without_identity(patch: MappingNode, *, name: bool, kind: bool) -> MappingNode:
    """A patch without what it may not change: version, namespace, and name and kind unless allowed."""
    dropped = {"apiVersion"} | (set() if kind else {"kind"})
    entries = {key: entry for key, entry in patch.entries.items() if key not in dropped}
    metadata = patch.get("metadata")
    if isinstance(metadata, MappingNode) and "metadata" in entries:
        kept = {"namespace"} | (set() if name else {"name"})
        below = {key: entry for key, entry in metadata.entries.items() if key not in kept}
        entries["metadata"] = (entries["metadata"][0], metadata.with_entries(below))
        if not below:
            del entries["metadata"]
    return patch.with_entries(entries)
