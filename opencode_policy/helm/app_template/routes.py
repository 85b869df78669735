"""Routes of the Gateway API that a release makes."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest
from opencode_policy.helm.app_template.naming import name_of
from opencode_policy.helm.app_template.services import only_service, port_number, service_name
from opencode_policy.helm.synthesis import Part, default, derived, given, is_empty, mapping, sequence
from opencode_policy.nodes import MappingNode, Node
from opencode_policy.resource import Field

_VERSIONS = {
    "HTTPRoute": "v1",
    "GRPCRoute": "v1",
    "TCPRoute": "v1alpha2",
    "TLSRoute": "v1alpha2",
    "UDPRoute": "v1alpha2",
}
"""Versions that a cluster with the current Gateway API serves."""
_GROUP = "gateway.networking.k8s.io"
_WITHOUT_HOSTS = frozenset({"TCPRoute", "UDPRoute"})
_MATCHING = frozenset({"HTTPRoute", "GRPCRoute"})


def routes(context: Context) -> Iterator[MappingNode]:
    """The routes of a release."""
    for identifier, item in context.enabled("route").items():
        kind = item["kind"].text or "HTTPRoute"
        if kind not in _VERSIONS:
            context.mistake(f"there is no route of the kind '{kind}'", item["kind"])
            continue
        name = name_of(context, "route", identifier, item)
        api_version = f"{_GROUP}/{_VERSIONS[kind]}"
        yield manifest(context, (api_version, kind), item, name, {"spec": _spec(context, kind, item)})


def _spec(context: Context, kind: str, item: Field) -> MappingNode:
    hosts = item["hostnames"]
    parents = [_parent(context, parent) for parent in item["parentRefs"]]
    return mapping(
        item,
        {
            "parentRefs": sequence(item["parentRefs"], parents) if parents else None,
            "hostnames": _hosts(context, hosts) if given(hosts) and kind not in _WITHOUT_HOSTS else None,
            "rules": _rules(context, kind, item),
        },
    )


def _hosts(context: Context, hosts: Field) -> Part:
    return sequence(hosts, [context.rendered(host) for host in hosts])


def _parent(context: Context, parent: Field) -> MappingNode:
    return mapping(
        parent,
        {
            "group": parent["group"] if parent["group"].text else default(parent, _GROUP),
            "kind": parent["kind"] if parent["kind"].text else default(parent, "Gateway"),
            "name": context.copied(parent["name"]),
            "namespace": context.copied(parent["namespace"]) if parent["namespace"].text else None,
            "sectionName": context.copied(parent["sectionName"]) if parent["sectionName"].text else None,
            "port": given(parent["port"]),
        },
    )


def _rules(context: Context, kind: str, item: Field) -> Part:
    """The rules; where there are none and one service, all goes to it."""
    rules = item["rules"]
    if is_empty(rules) and only_service(context):
        backend = _backend(context, item, rules)
        return sequence(rules, [mapping(item, {"backendRefs": sequence(item, [backend])})])
    made = [_rule(context, kind, item, rule) for rule in rules]
    return sequence(rules, made) if made else None


def _rule(context: Context, kind: str, item: Field, rule: Field) -> MappingNode:
    backends = [_backend(context, item, backend) for backend in rule["backendRefs"]]
    copied = ("matches", "filters", "sessionPersistence") if kind in _MATCHING else ()
    found: dict[str, Part] = {name: _copied(context, rule[name]) for name in copied}
    if kind == "HTTPRoute":
        found["timeouts"] = _copied(context, rule["timeouts"])
    refs = sequence(rule["backendRefs"], backends) if backends else None
    return mapping(rule, {"name": _copied(context, rule["name"]), "backendRefs": refs, **found})


def _backend(context: Context, item: Field, backend: Field) -> MappingNode:
    """A service by name, by identifier, or the only one there is."""
    name, identifier = backend["name"], backend["identifier"]
    service = "" if name.text else identifier.text or only_service(context)
    namespace = backend["namespace"]
    weight = backend["weight"]
    return mapping(
        backend,
        {
            "group": backend["group"] if backend["group"].text else default(backend, ""),
            "kind": backend["kind"] if backend["kind"].text else default(backend, "Service"),
            "name": context.rendered(name) if name.text else _service(context, service, identifier),
            "namespace": namespace if namespace.text else derived(item, context.release.namespace),
            "port": port_number(context, service, backend["port"]),
            "weight": weight if weight else default(backend, 1),
        },
    )


def _service(context: Context, service: str, identifier: Field) -> Node | None:
    name = service_name(context, service)
    if name is None:
        words = (
            f"there is no service '{service}'"
            if service
            else "the service is not named, and there is more than one"
        )
        context.mistake(words, identifier)
        return derived(identifier, service) if service else None
    return derived(identifier, name.text)


def _copied(context: Context, field: Field) -> Node | None:
    return context.copied(field) if given(field) else None
