"""The way from a host to the port of a container, link by link."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.links import Link, broken, near, unseen
from opencode_policy.opencode.listening_port import listening_port
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.network_policies import closed_link
from opencode_policy.routing.route_rules import filter_links, is_redirect, match_link
from opencode_policy.routing.routes import Claim, attachments_of, parent_token
from opencode_policy.routing.services import (
    pods_behind,
    pods_link,
    port_entry,
    port_link,
    service_link,
    service_of,
    target_link,
    target_number,
)
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

SERVED = ("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1")
"""Versions of HTTPRoute that the API server knows since Gateway API 1.0."""
_HTTP2 = frozenset({"kubernetes.io/h2c", "grpc"})
"""Values of appProtocol by which Envoy Gateway speaks HTTP/2 to a backend; OpenCode knows HTTP/1.1 only."""


def chain(tree: Tree, claim: Claim, host: str, server: Container) -> Iterator[Link]:
    """Links from a host that a route claims to the server; what lies behind a broken one is left out."""
    route = claim.route
    yield Link(f"{host} is a host of the HTTPRoute {route.name}", claim.hostname)
    version = route["apiVersion"]
    if version.text not in SERVED:
        yield broken(f"there is no HTTPRoute of {version.text}, write {SERVED[0]}", version)
    yield from _parents(tree, route, host)
    yield match_link(route)
    for rule in route["spec"]["rules"]:
        yield from filter_links(tree, route, rule)
        yield from _backends(tree, route, rule, server)


def _parents(tree: Tree, route: Resource, host: str) -> Iterator[Link]:
    attached = attachments_of(tree, route, host)
    yield from (item.link for item in attached)
    if not attached:
        yield broken(f"the HTTPRoute {route.name} attaches to no Gateway", route["spec"]["parentRefs"])
    taking = [item for item in attached if item.taking]
    if taking and not any(listener.terminates for item in taking for listener in item.taking):
        words = f"https://{host} is not served: the {taking[0].taking[0]} ends no TLS"
        yield broken(words, parent_token(taking[0].reference))


def _backends(tree: Tree, route: Resource, rule: Field, server: Container) -> Iterator[Link]:
    if is_redirect(rule):
        return
    references = list(rule["backendRefs"])
    sent = [item for item in references if item["weight"].value != 0]
    if not references:
        yield broken("the rule has no backend, the Gateway answers 500", rule["backendRefs"])
    elif not sent:
        yield broken("a backend of weight 0 gets no request", references[0]["weight"])
    for reference in sent:
        yield from way(tree, route, reference, server)


def way(tree: Tree, route: Resource, reference: Field, server: Container) -> Iterator[Link]:
    """Links from one backend reference to the server."""
    link, service = service_link(tree, route, reference), service_of(tree, route, reference)
    yield link
    if service is None or not link.holds:
        return
    pods = _pods(tree, service, reference, server)
    yield port_link(service, reference)
    yield pods
    entry = port_entry(service, reference)
    if entry is None or not pods.holds:
        return
    protocol = entry["appProtocol"]
    if protocol.text in _HTTP2:
        yield broken(f"{protocol.text} makes Envoy speak HTTP/2, and OpenCode speaks HTTP/1.1 only", protocol)
    target = target_link(entry, server)
    yield target
    if target.holds:
        yield from _listening(tree, entry, server)


def _pods(tree: Tree, service: Resource, reference: Field, server: Container) -> Link:
    """The Service of somebody else is the wrong one; one of the same Kustomization has the wrong selector."""
    link = pods_link(tree, service, server.pod)
    others = pods_behind(tree, service)
    wanted = server.pod.workload
    own = service.applied_by == wanted.applied_by
    if link.holds or own or not others or wanted in [item.workload for item in others]:
        return link
    words = f"the Service {service.name} sends to the pods of {others[0].workload.name}"
    return broken(f"{words} instead of {wanted.name}", reference["name"], *link.related)


def _listening(tree: Tree, entry: Field, server: Container) -> Iterator[Link]:
    number, place = target_number(entry, server.pod)
    found = listening_port(tree, server)
    if found.number is None:
        yield unseen(f"the files do not show on which port {server.name} listens", found.at)
    elif not found.number:
        yield broken("the server is given no port and chooses one itself", found.at, near("sent here", place))
    elif found.number != number:
        words = f"requests go to {number}, and the server listens on {found.number}"
        yield broken(words, place, near("its own port", found.at))
    else:
        yield Link(f"the server listens on {number}, where the Service sends", found.at)
    closed = closed_link(tree, server.pod, number) if number is not None else None
    if closed is not None:
        yield closed
