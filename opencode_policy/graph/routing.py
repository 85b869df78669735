"""Routes to listeners and Services, listeners to certificates, policies to what they attach to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.graph.grants import is_granted
from opencode_policy.graph.index import Index
from opencode_policy.graph.kinds import GATEWAY_API
from opencode_policy.graph.model import Edge, Reference
from opencode_policy.graph.outside import Outside
from opencode_policy.graph.parents import parent_edges
from opencode_policy.graph.ports import port_edge
from opencode_policy.graph.resolve import resolve
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.attached_policies import TARGET_KINDS, targets

ROUTES = frozenset({"GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"})
POLICIES = frozenset(
    {"BackendTrafficPolicy", "ClientTrafficPolicy", "EnvoyExtensionPolicy", "SecurityPolicy"}
)

SENDS, SERVES, GOVERNS, MAY_USE = "sends to", "serves the certificate of", "governs", "may use"


def edges(index: Index, outside: Outside, applied: Iterable[Resource]) -> Iterator[Edge]:
    """Edges of everything that routes."""
    for resource in applied:
        group, kind = resource.id.group, resource.kind
        if group == GATEWAY_API and kind in ROUTES:
            yield from parent_edges(index, outside, resource)
            yield from _backends(index, outside, resource)
        elif group == GATEWAY_API and kind == "Gateway":
            yield from _certificates(index, outside, resource)
        elif kind in POLICIES:
            yield from _targets(index, outside, resource)
        elif kind == "Ingress" and group == "networking.k8s.io":
            yield from _ingress(index, outside, resource)


def backend_references(route: Resource) -> Iterator[Field]:
    """Every backend that a route sends to, or copies requests to."""
    for rule in route["spec"]["rules"]:
        yield from rule["backendRefs"]
        for holder in (rule, *rule["backendRefs"]):
            for item in holder["filters"]:
                if item["requestMirror"]["backendRef"]:
                    yield item["requestMirror"]["backendRef"]


def _backends(index: Index, outside: Outside, route: Resource) -> Iterator[Edge]:
    for backend in backend_references(route):
        name, group = backend["name"], backend["group"].text
        if backend["kind"].text in ("", "Service") and not group and name.text:
            yield from _to_service(index, outside, route, backend)


def _to_service(index: Index, outside: Outside, route: Resource, backend: Field) -> Iterator[Edge]:
    name, place, port = backend["name"], backend["namespace"], backend["port"]
    namespace = place.text or route.namespace
    reference = Reference(
        route, SENDS, "Service", namespace, name.text, name, port.text, port if port else None, "port"
    )
    edge = resolve(index, outside, reference)
    if edge.target is None:
        yield edge
        return
    if namespace != route.namespace and not is_granted(index.tree, route, edge.target):
        yield _ungranted(route, "Service", name.text, place, edge.target)
    yield port_edge(edge)


def _ungranted(source: Resource, kind: str, name: str, place: Field, target: Resource | None) -> Edge:
    """A target of another namespace that nobody has opened; `place` is the field that names the namespace."""
    words = (
        f"no ReferenceGrant of {place.text} lets a {source.kind} of {source.namespace} use the {kind} {name}"
    )
    return Edge(Reference(source, MAY_USE, kind, place.text, name, place), "missing", place, target, words)


def _ingress(index: Index, outside: Outside, ingress: Resource) -> Iterator[Edge]:
    backends = [ingress["spec"]["defaultBackend"]["service"]]
    for rule in ingress["spec"]["rules"]:
        backends += [path["backend"]["service"] for path in rule["http"]["paths"]]
    for backend in backends:
        name, port = backend["name"], backend["port"]["number"] or backend["port"]["name"]
        if name.text:
            at = port if port else None
            reference = Reference(
                ingress, SENDS, "Service", ingress.namespace, name.text, name, port.text, at, "port"
            )
            edge = resolve(index, outside, reference)
            yield port_edge(edge) if edge.target is not None else edge


def _certificates(index: Index, outside: Outside, gateway: Resource) -> Iterator[Edge]:
    for listener in gateway["spec"]["listeners"]:
        for item in listener["tls"]["certificateRefs"]:
            name, place = item["name"], item["namespace"]
            if item["kind"].text not in ("", "Secret") or item["group"].text or not name.text:
                continue
            namespace = place.text or gateway.namespace
            called = index.tree.resolve_variables(name.text)
            edge = resolve(index, outside, Reference(gateway, SERVES, "Secret", namespace, called, name))
            yield edge
            secret = ("", "Secret", namespace, called)
            if namespace != gateway.namespace and not is_granted(index.tree, gateway, secret):
                yield _ungranted(gateway, "Secret", called, place, edge.target)


def _targets(index: Index, outside: Outside, policy: Resource) -> Iterator[Edge]:
    """What a policy is for, always in its own namespace."""
    for target in targets(index.tree, policy):
        if target.kind in TARGET_KINDS and target.name:
            reference = Reference(
                policy,
                GOVERNS,
                target.kind,
                policy.namespace,
                target.name,
                target.at,
                target.section,
                part_is="section",
            )
            yield resolve(index, outside, reference)
