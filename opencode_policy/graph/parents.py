"""Routes and the listeners that take them: section, port, namespace, kind and hosts must all fit."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.index import Index
from opencode_policy.graph.model import Edge, Reference
from opencode_policy.graph.outside import Outside
from opencode_policy.graph.resolve import resolve
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.listeners import Listener, admits, listeners_of, refusal
from opencode_policy.routing.routes import is_gateway_reference, parent_token
from opencode_policy.tree import Tree

ATTACHES = "attaches to"


def parent_edges(index: Index, outside: Outside, route: Resource) -> Iterator[Edge]:
    """An edge for each Gateway that a route names, and one for each host that no listener of them takes."""
    taking: list[Listener] = []
    certain = True
    for parent in route["spec"]["parentRefs"]:
        if not is_gateway_reference(parent) or not parent["name"].text:
            certain = False
            continue
        edge, taken = _attached(index, outside, route, parent)
        taking += taken
        certain = certain and edge.state in ("found", "listed")
        yield edge
    if taking and certain:
        yield from _hosts(index.tree, route, taking)


def _attached(index: Index, outside: Outside, route: Resource, parent: Field) -> tuple[Edge, list[Listener]]:
    """The edge of one parent reference, and the listeners that take the route."""
    name, namespace = parent["name"], parent["namespace"].text or route.namespace
    section = parent["sectionName"]
    reference = Reference(
        route, ATTACHES, "Gateway", namespace, name.text, name, section.text, section or None, "section"
    )
    edge = resolve(index, outside, reference)
    listeners = listeners_of(index.tree, name.text, namespace)
    if edge.state not in ("found", "listed") or not listeners:
        return edge, []
    chosen = [item for item in listeners if _is_chosen(item, parent)]
    taking = [item for item in chosen if _refusal(index.tree, item, route) is None]
    fitting = [item for item in taking if _fits(index.tree, item, route)]
    if fitting:
        return edge, fitting
    why = _why_not(index.tree, route, parent, listeners, chosen, taking)
    return Edge(reference, "missing", parent_token(parent), edge.target, why), []


def _is_chosen(listener: Listener, parent: Field) -> bool:
    in_section = parent["sectionName"].text in ("", listener.name)
    return in_section and parent["port"].value in (None, listener.port)


def _refusal(tree: Tree, listener: Listener, route: Resource) -> str | None:
    """Listeners for other protocols are no concern of HTTP: only HTTPRoutes are judged by protocol."""
    if route.kind != "HTTPRoute" and listener.written is None:
        return None
    return refusal(tree, listener, route) if route.kind == "HTTPRoute" else None


def hostnames(tree: Tree, route: Resource) -> list[tuple[str, Field]]:
    """Hosts of a route, variables of the inventory resolved; none where it takes those of the listener."""
    return [(tree.resolve_variables(item.text), item) for item in route["spec"]["hostnames"] if item.text]


def _fits(tree: Tree, listener: Listener, route: Resource) -> bool:
    hosts = hostnames(tree, route)
    return not hosts or any(intersects(listener.hostname, host) for host, _ in hosts)


def intersects(listener: str, host: str) -> bool:
    """Whether some host is meant by both; a name with a variable of unknown value may be."""
    return "${" in f"{listener}{host}" or admits(listener, host) or admits(host, listener)


def _why_not(
    tree: Tree,
    route: Resource,
    parent: Field,
    listeners: list[Listener],
    chosen: list[Listener],
    taking: list[Listener],
) -> str:
    gateway = f"{listeners[0].namespace}/{listeners[0].gateway}"
    section, port = parent["sectionName"], parent["port"]
    if section and section.text not in [item.name for item in listeners]:
        near = hint(section.text, [item.name for item in listeners])
        return f"the Gateway {gateway} has no listener '{section.text}'{near}"
    if not chosen:
        return f"the Gateway {gateway} has no such listener on the port {port.text}"
    if not taking:
        return f"the {chosen[0]} {_refusal(tree, chosen[0], route)}"
    return f"the {taking[0]} takes {taking[0].hostname}, none of the hosts of {route.name}"


def _hosts(tree: Tree, route: Resource, taking: list[Listener]) -> Iterator[Edge]:
    """Hosts that no listener takes although it takes others of the route: nobody serves them."""
    for host, field in hostnames(tree, route):
        if not any(intersects(item.hostname, host) for item in taking):
            gateway = taking[0]
            reference = Reference(route, ATTACHES, "Gateway", gateway.namespace, gateway.gateway, field, host)
            words = f"no listener that {route.name} attaches to takes {host}"
            words = f"{words}: the {gateway} takes {gateway.hostname}"
            yield Edge(reference, "missing", field, None, words)
