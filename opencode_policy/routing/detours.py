"""Where a route leads before, or instead of, the server of a workspace."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.outcome import Problem
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.services import (
    neighbour_with_port,
    pods_behind,
    port_entry,
    service_of,
    target_number,
)
from opencode_policy.tree import WorkspaceTree

_EXTERNAL_AUTH = "ExternalAuth"
"""Filter of an HTTPRoute that asks another server first (Gateway API 1.4, experimental channel)."""


def detours(workspace: WorkspaceTree, route: Resource) -> Iterator[Problem]:
    """Filters that ask somebody else, and backends that somebody else is behind."""
    for rule in route["spec"]["rules"]:
        for item in rule["filters"]:
            if item["type"].text == _EXTERNAL_AUTH:
                yield Problem("a filter asks another server before each request", item["type"])
        for reference in rule["backendRefs"]:
            if reference["weight"].value != 0:
                yield from _backend(workspace, route, reference)


def _backend(workspace: WorkspaceTree, route: Resource, reference: Field) -> Iterator[Problem]:
    """Where a backend leads if not to a server; one that leads nowhere is a broken link, no detour."""
    kind, name = reference["kind"], reference["name"]
    service = service_of(workspace.tree, route, reference)
    if kind.text not in ("", "Service"):
        yield Problem(f"the route leads to the {kind.text} {name.text} before the server", kind)
    elif service is not None:
        stranger = _stranger(workspace, service)
        if stranger is not None:
            yield Problem(f"the route leads to the pods of {stranger.name} before the server", name)
        else:
            yield from _neighbour(workspace, service, reference)


def _stranger(workspace: WorkspaceTree, service: Resource) -> Resource | None:
    """A workload behind a Service that has none of the workspaces' servers behind it."""
    servers = {id(item.pod.workload) for item in workspace.tree.workspaces if item.pod}
    found = [pod.workload for pod in pods_behind(workspace.tree, service)]
    return None if any(id(item) in servers for item in found) else next(iter(found), None)


def _neighbour(workspace: WorkspaceTree, service: Resource, reference: Field) -> Iterator[Problem]:
    """Another container of the server's own pod."""
    server, entry = workspace.server, port_entry(service, reference)
    if server is None or entry is None:
        return
    number, _ = target_number(entry, server.pod)
    neighbour = neighbour_with_port(number, server)
    if neighbour is not None:
        place = entry["targetPort"] or entry["port"]
        yield Problem(f"the route leads to the container {neighbour.name} before the server", place)
