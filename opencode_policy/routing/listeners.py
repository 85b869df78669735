"""Gateway listeners: those of the tree, and those the inventory knows; which routes each of them takes."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.nearest import nearest
from opencode_policy.policy.model import Gateway
from opencode_policy.resource import Field, Resource
from opencode_policy.selectors import clauses, failing, labels_of
from opencode_policy.tree import Tree

GATEWAY_GROUP = "gateway.networking.k8s.io"
TERMINATING = frozenset({"HTTPS", "TLS"})
"""Protocols whose listener shows a certificate, unless it passes TLS through."""
_PLAIN_OR_TLS = ("HTTP", "HTTPS")
"""Protocols whose listeners take HTTPRoutes (Gateway API, ProtocolType)."""
_NAME_LABEL = "kubernetes.io/metadata.name"
"""Label that the API server gives every namespace."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener that a route attaches to.

    `secrets` are (namespace, name) of the certificates it serves; `index` its place in the Gateway's list;
    `takes_from` is All, Same, Selector or None; `public` says what the inventory knows of its Gateway;
    `written` is the listener in the tree, None for one that only the inventory knows.
    """

    gateway: str
    namespace: str
    name: str
    index: int
    port: int
    hostname: str
    protocol: str
    terminates: bool
    secrets: tuple[tuple[str, str], ...]
    takes_from: str = "Same"
    public: bool = False
    written: Field | None = None

    def __str__(self) -> str:
        return f"listener {self.name} of the Gateway {self.namespace}/{self.gateway}"


def is_known_gateway(tree: Tree, name: str, namespace: str) -> bool:
    """Whether tree or inventory has the Gateway."""
    return (namespace, name) in gateways(tree)


def gateways(tree: Tree) -> list[tuple[str, str]]:
    """(namespace, name) of every Gateway that tree or inventory has."""
    written = [item for item in tree.of_kind("Gateway") if item.id.group == GATEWAY_GROUP]
    known = [(item.namespace, item.name) for item in written]
    known += [(item.namespace, item.name) for item in tree.cluster.gateways]
    return list(dict.fromkeys(known))


def meant_gateway(tree: Tree, name: str, namespace: str) -> str:
    """A hint at the Gateway that was probably meant: one near in name, or of this name elsewhere."""
    known = gateways(tree)
    elsewhere = next((found for found in known if found[1] == name), None)
    if elsewhere is not None:
        return f"; there is one in the namespace {elsewhere[0]}"
    close = nearest(name, (item for place, item in known if place == namespace))
    close = close or nearest(name, (item for _, item in known))
    return f"; did you mean '{close}'?" if close else ""


def listeners_of(tree: Tree, name: str, namespace: str) -> list[Listener]:
    """Listeners of a Gateway: as the tree writes them, else as the inventory has them."""
    resource = tree.get("Gateway", name, namespace)
    if resource is not None and resource.id.group == GATEWAY_GROUP:
        return list(_written(tree, resource))
    gateway = tree.gateway(name, namespace)
    return list(_inventoried(gateway)) if gateway else []


def admits(hostname: str, host: str) -> bool:
    """Whether a host of a route or listener takes a host; a wildcard stands for one level or more."""
    if hostname.startswith("*."):
        return host.lower().endswith(hostname[1:].lower())
    return hostname.lower() in ("", host.lower())


def refusal(tree: Tree, listener: Listener, route: Resource) -> str | None:
    """Why a listener takes no route of this kind from this namespace, None when nothing speaks against it."""
    if listener.protocol not in _PLAIN_OR_TLS:
        return f"speaks {listener.protocol or 'no protocol'} and takes no {route.kind}"
    written = listener.written
    if written is not None:
        kinds = [kind["kind"].text for kind in written["allowedRoutes"]["kinds"]]
        if kinds and route.kind not in kinds:
            return f"takes no {route.kind}, only {', '.join(kinds)}"
    return _refused_namespace(tree, listener, route.namespace)


def _refused_namespace(tree: Tree, listener: Listener, namespace: str) -> str | None:
    words = f"takes no route of the namespace {namespace}"
    if listener.takes_from == "Same":
        return None if namespace == listener.namespace else f"{words}, only of {listener.namespace}"
    if listener.takes_from == "Selector" and listener.written is not None:
        selector = listener.written["allowedRoutes"]["namespaces"]["selector"]
        found = tree.get("Namespace", namespace)
        labels = {_NAME_LABEL: namespace, **(labels_of(found) if found else {})}
        clause = failing(clauses(selector), labels)
        return f"{words}, which is not {clause}" if clause is not None else None
    return None if listener.takes_from == "All" else words


def _written(tree: Tree, gateway: Resource) -> Iterator[Listener]:
    known = tree.gateway(gateway.name, gateway.namespace)
    for index, field in enumerate(gateway["spec"]["listeners"]):
        port, tls = field["port"].value, field["tls"]
        yield Listener(
            gateway.name,
            gateway.namespace,
            field["name"].text,
            index,
            port if isinstance(port, int) else 0,
            tree.resolve_variables(field["hostname"].text).lower(),
            field["protocol"].text,
            field["protocol"].text in TERMINATING and tls["mode"].text != "Passthrough",
            tuple(
                (ref["namespace"].text or gateway.namespace, tree.resolve_variables(ref["name"].text))
                for ref in tls["certificateRefs"]
            ),
            field["allowedRoutes"]["namespaces"]["from"].text or "Same",
            known.public if known else False,
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
            item.protocol,
            item.protocol in TERMINATING,
            tuple((gateway.namespace, name) for name in item.certificate_secrets),
            item.allowed_namespaces,
            gateway.public,
        )
