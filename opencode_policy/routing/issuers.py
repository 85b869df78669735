"""cert-manager issuers: which exist, and for which DNS names they answer."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

GROUP = "cert-manager.io"
CLUSTER_KIND = "ClusterIssuer"


def is_known(tree: Tree, kind: str, name: str, namespace: str) -> bool:
    """Whether tree or inventory has the issuer; `namespace` is the Certificate's own."""
    return _written(tree, kind, name, namespace) is not None or _zones(tree, kind, name) is not None


def names(tree: Tree, kind: str) -> list[str]:
    """Names of the known issuers of a kind, for hints."""
    written = [item.name for item in tree.of_kind(kind) if item.id.group == GROUP]
    return written + [item.name for item in tree.cluster.issuers if item.kind == kind]


def refusal(tree: Tree, kind: str, name: str, namespace: str, dns_name: str) -> str | None:
    """Why a known issuer cannot issue for a DNS name, None when it can.

    Zones of the inventory, or solvers of the tree: one with a selector takes the zones and names in it,
    one without takes all; for a wildcard Let's Encrypt offers DNS-01 alone.
    """
    issuer = _written(tree, kind, name, namespace)
    if issuer is None:
        zones = _zones(tree, kind, name) or ()
        outside = zones and not any(is_in_zone(dns_name, zone) for zone in zones)
        return f"it answers for {', '.join(zones)} only" if outside else None
    if not issuer["spec"]["acme"]:
        return None
    solvers = [solver for solver in issuer["spec"]["acme"]["solvers"] if _selects(tree, solver, dns_name)]
    if not solvers:
        return "none of its solvers takes this name"
    if dns_name.startswith("*.") and not any(solver["dns01"] for solver in solvers):
        return "HTTP-01 cannot prove a wildcard"
    return None


def is_in_zone(dns_name: str, zone: str) -> bool:
    """Whether a DNS name is the zone or lies below it."""
    name, zone = dns_name.lower().removeprefix("*."), zone.lower().rstrip(".")
    return name == zone or name.endswith(f".{zone}")


def _written(tree: Tree, kind: str, name: str, namespace: str) -> Resource | None:
    issuer = tree.get(kind, name, "" if kind == CLUSTER_KIND else namespace)
    return issuer if issuer is not None and issuer.id.group == GROUP else None


def _zones(tree: Tree, kind: str, name: str) -> tuple[str, ...] | None:
    """Zones of an issuer of the inventory; empty means all, None that there is no such issuer."""
    for issuer in tree.cluster.issuers:
        if (issuer.kind, issuer.name) == (kind, name):
            return tuple(tree.resolve_variables(zone) for zone in issuer.zones)
    return None


def _selects(tree: Tree, solver: Field, dns_name: str) -> bool:
    zones = list(_texts(tree, solver["selector"]["dnsZones"]))
    exact = [name.lower() for name in _texts(tree, solver["selector"]["dnsNames"])]
    if not zones and not exact:
        return True
    return dns_name in exact or any(is_in_zone(dns_name, zone) for zone in zones)


def _texts(tree: Tree, field: Field) -> Iterator[str]:
    return (tree.resolve_variables(item.text) for item in field)
