"""Ingresses that a release makes."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest
from opencode_policy.helm.app_template.naming import name_of
from opencode_policy.helm.app_template.services import only_service, port_number, service_name
from opencode_policy.helm.synthesis import Part, default, derived, given, mapping, sequence
from opencode_policy.nodes import MappingNode, Node
from opencode_policy.resource import Field

_KIND = ("networking.k8s.io/v1", "Ingress")


def ingresses(context: Context) -> Iterator[MappingNode]:
    """The Ingresses of a release."""
    for identifier, item in context.enabled("ingress").items():
        name = name_of(context, "ingress", identifier, item)
        yield manifest(context, _KIND, item, name, {"spec": _spec(context, item)})


def _spec(context: Context, item: Field) -> MappingNode:
    tls = [_tls(context, entry) for entry in item["tls"]]
    hosts = [_rule(context, host) for host in item["hosts"]]
    backend = given(item["defaultBackend"])
    return mapping(
        item,
        {
            "ingressClassName": context.rendered(item["className"]) if item["className"].text else None,
            "tls": sequence(item["tls"], tls) if tls else None,
            "defaultBackend": backend,
            "rules": sequence(item["hosts"], hosts) if hosts and backend is None else None,
        },
    )


def _tls(context: Context, entry: Field) -> MappingNode:
    hosts = [context.rendered(host) for host in entry["hosts"]]
    secret = context.rendered(entry["secretName"]) if entry["secretName"].text else None
    return mapping(entry, {"hosts": sequence(entry["hosts"], hosts), "secretName": secret})


def _rule(context: Context, host: Field) -> MappingNode:
    paths = [_path(context, path) for path in host["paths"]]
    return mapping(
        host,
        {
            "host": context.rendered(host["host"]),
            "http": mapping(host, {"paths": sequence(host["paths"], paths)}) if paths else None,
        },
    )


def _path(context: Context, path: Field) -> MappingNode:
    kind = path["pathType"]
    backend = mapping(path, {"service": _backend(context, path["service"])})
    return mapping(
        path,
        {
            "path": context.rendered(path["path"]),
            "pathType": kind if kind.text else default(path, "Prefix"),
            "backend": backend,
        },
    )


def _backend(context: Context, service: Field) -> MappingNode:
    name, identifier = service["name"], service["identifier"]
    key = "" if name.text else identifier.text or only_service(context)
    number: Part = port_number(context, key, service["port"])
    node = context.rendered(name) if name.text else _service(context, key, identifier)
    return mapping(service, {"name": node, "port": mapping(service["port"], {"number": number})})


def _service(context: Context, key: str, identifier: Field) -> Node | None:
    name = service_name(context, key)
    if name is None:
        context.mistake(f"there is no service '{key}'" if key else "the service is not named", identifier)
    return derived(identifier, name.text if name else key)
