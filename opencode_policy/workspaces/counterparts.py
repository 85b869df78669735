"""Which objects of the workspaces belong together: the same kind, and alike in name."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.resource import Resource
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workspaces.drift import Side
from opencode_policy.workspaces.own_names import OwnNames


def objects_of(workspace: WorkspaceTree) -> list[Resource]:
    """What the workspace's Kustomization applies, and that itself."""
    own = workspace.build.resource if workspace.build else None
    return [*([own] if own else []), *workspace.resources]


def sides_of(workspaces: list[WorkspaceTree], *, own: bool = True) -> list[list[Side]]:
    """Every object of each workspace, with or without its own Kustomization."""
    names = [OwnNames.of(workspace) for workspace in workspaces]
    sides = []
    for workspace, every in zip(workspaces, names, strict=True):
        others = [other for other in names if other is not every]
        foreign = tuple(other.apart_from([every]) for other in others)
        alone, common = every.apart_from(others), every.common_with(others)
        objects = objects_of(workspace) if own else workspace.resources
        sides.append([Side(workspace.name, alone, foreign, common, item.field) for item in objects])
    return sides


def share_any(first: WorkspaceTree, second: WorkspaceTree) -> bool:
    """Whether any object of the one has a counterpart in the other."""
    names = [
        {(side.field.resource.kind, side.own.masked(side.field.resource.name)) for side in group}
        for group in sides_of([first, second], own=False)
    ]
    return bool(names[0] & names[1])


def counterparts(sides: list[list[Side]]) -> Iterator[list[Side]]:
    """Objects that belong together: by kind and masked name, else as the last of their kind on every side."""
    found: dict[tuple[str, str, str], dict[str, Side]] = {}
    for side in (side for group in sides for side in group):
        resource = side.field.resource
        key = (resource.id.group, resource.kind, side.own.masked(resource.name))
        found.setdefault(key, {}).setdefault(side.workspace, side)
    groups = {key: list(group.values()) for key, group in found.items()}
    whole = {key: group for key, group in groups.items() if len(group) == len(sides)}
    rest: dict[tuple[str, str], list[list[Side]]] = {}
    for key, sides_of_key in groups.items():
        if key not in whole:
            rest.setdefault(key[:2], []).append(sides_of_key)
    yield from whole.values()
    for parts in rest.values():
        together = [side for part in parts for side in part]
        paired = len(together) == len(sides) == len({side.workspace for side in together})
        yield from [together] if paired else parts
