"""Gateway listeners that serve TLS: those of the tree, and those the inventory knows."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.policy.model import Gateway
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree, WorkspaceTree

GATEWAY_GROUP = "gateway.networking.k8s.io"
TERMINATING = frozenset({"HTTPS", "TLS"})
"""Protocols whose listener shows a certificate, unless it passes TLS through."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener that a route attaches to.

    `secrets` are (namespace, name) of the certificates it serves; `index` its place in the Gateway's list;
    `written` is the Gateway's own field in the tree, None for a listener that only the inventory knows.
    """

    gateway: str
    namespace: str
    name: str
    index: int
    port: int
    hostname: str
    terminates: bool
    secrets: tuple[tuple[str, str], ...]
    written: Field | None = None

    def __str__(self) -> str:
        return f"listener {self.name} of the Gateway {self.namespace}/{self.gateway}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A parent reference of a route and the listeners it chooses, none where the Gateway is not known."""

    route: Resource
    reference: Field
    gateway: str
    namespace: str
    listeners: tuple[Listener, ...]


def routes_of(workspace: WorkspaceTree) -> list[Resource]:
    """HTTPRoutes of the workspace that bear its host."""
    return [route for route in workspace.of_kind("HTTPRoute") if host_field(workspace, route) is not None]


def host_field(workspace: WorkspaceTree, route: Resource) -> Field | None:
    """The entry of a route's hostnames that is the workspace's host."""
    wanted = workspace.host.lower()
    named = (item for item in route["spec"]["hostnames"] if _resolved(workspace.tree, item) == wanted)
    return next(named, None)


def attachments(workspace: WorkspaceTree) -> list[Attachment]:
    """Where the routes of the workspace attach."""
    return [
        _attachment(workspace, route, reference)
        for route in routes_of(workspace)
        for reference in route["spec"]["parentRefs"]
        if _is_gateway(reference)
    ]


def _attachment(workspace: WorkspaceTree, route: Resource, reference: Field) -> Attachment:
    name = reference["name"].text
    namespace = reference["namespace"].text or route.namespace
    chosen = [
        listener
        for listener in listeners_of(workspace.tree, name, namespace)
        if reference["sectionName"].text in ("", listener.name)
        and reference["port"].value in (None, listener.port)
        and _takes(listener.hostname, workspace.host)
    ]
    return Attachment(route, reference, name, namespace, tuple(chosen))


def _is_gateway(reference: Field) -> bool:
    """Both default: a parent without group and kind is a Gateway."""
    group = reference["group"]
    return reference["kind"].text in ("", "Gateway") and (not group or group.text == GATEWAY_GROUP)


def _takes(hostname: str, host: str) -> bool:
    """Whether a listener's host admits a host; its wildcard stands for one level or more."""
    if hostname.startswith("*."):
        return host.lower().endswith(hostname[1:].lower())
    return hostname.lower() in ("", host.lower())


def listeners_of(tree: Tree, name: str, namespace: str) -> list[Listener]:
    """Listeners of a Gateway: as the tree writes them, else as the inventory has them."""
    resource = tree.get("Gateway", name, namespace)
    if resource is not None and resource.id.group == GATEWAY_GROUP:
        return list(_written(tree, resource))
    gateway = tree.gateway(name, namespace)
    return list(_inventoried(gateway)) if gateway else []


def _written(tree: Tree, gateway: Resource) -> Iterator[Listener]:
    for index, field in enumerate(gateway["spec"]["listeners"]):
        port, tls = field["port"].value, field["tls"]
        yield Listener(
            gateway.name,
            gateway.namespace,
            field["name"].text,
            index,
            port if isinstance(port, int) else 0,
            _resolved(tree, field["hostname"]),
            field["protocol"].text in TERMINATING and tls["mode"].text != "Passthrough",
            tuple(
                (ref["namespace"].text or gateway.namespace, tree.resolve_variables(ref["name"].text))
                for ref in tls["certificateRefs"]
            ),
            field,
        )


def _inventoried(gateway: Gateway) -> Iterator[Listener]:
    for index, item in enumerate(gateway.listeners):
        yield Listener(
            gateway.name,
            gateway.namespace,
            item.name,
            index,
            item.port,
            item.hostname or "",
            item.protocol in TERMINATING,
            tuple((gateway.namespace, name) for name in item.certificate_secrets),
        )


def _resolved(tree: Tree, field: Field) -> str:
    return tree.resolve_variables(field.text).lower()
