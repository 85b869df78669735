"""Certificates and the listeners that serve them: what they cover, and what they repeat."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from opencode_policy.graph.parents import hostnames
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.certificates import Certificate, certificates, covers, deciding_for_all
from opencode_policy.routing.listeners import Listener, listeners_of
from opencode_policy.routing.routes import attachments_of
from opencode_policy.tree import Tree

_BY_SECRET: WeakKeyDictionary[Tree, dict[tuple[str, str], Certificate]] = WeakKeyDictionary()


def by_secret(tree: Tree) -> dict[tuple[str, str], Certificate]:
    """Certificates by namespace and name of the Secret that each fills; worked out once."""
    if tree not in _BY_SECRET:
        applied = (item for item in certificates(tree) if tree.applies(item.resource))
        _BY_SECRET[tree] = {item.secret_id: item for item in applied}
    return _BY_SECRET[tree]


def of_workspaces(tree: Tree) -> set[int]:
    """Certificates that decide for a workspace: rules of their own judge them."""
    return {id(item.resource) for item in deciding_for_all(tree)} if tree.workspaces else set()


@dataclass(frozen=True, slots=True)
class Served:
    """A host of a route behind a listener that ends TLS; `certificates` is None where not all are known."""

    route: Resource
    host: str
    at: Field
    listener: Listener
    certificates: tuple[Certificate, ...] | None

    @property
    def is_covered(self) -> bool:
        names = [name for item in self.certificates or () for name, _ in item.names()]
        return any(covers(name, self.host) or "${" in f"{name}{self.host}" for name in names)


def served_hosts(tree: Tree, route: Resource) -> Iterator[Served]:
    """Every host of a route behind every listener that ends TLS for it."""
    for host, field in hostnames(tree, route):
        for attachment in attachments_of(tree, route, host):
            for listener in attachment.taking:
                if listener.terminates:
                    yield Served(route, host, field, listener, _known(tree, listener))


def _known(tree: Tree, listener: Listener) -> tuple[Certificate, ...] | None:
    known = by_secret(tree)
    found = tuple(known[secret] for secret in listener.secrets if secret in known)
    return found if found and len(found) == len(listener.secrets) else None


@dataclass(frozen=True, slots=True)
class Overlap:
    """A DNS name of a certificate that an earlier one of the same listener has too."""

    listener: Listener
    first: Certificate
    second: Certificate
    name: str
    at: Field


def overlaps(tree: Tree) -> Iterator[Overlap]:
    """Names that two certificates of one key algorithm have on one listener; Envoy Gateway refuses them."""
    for gateway in tree.of_kind("Gateway"):
        for listener in listeners_of(tree, gateway.name, gateway.namespace):
            seen: dict[tuple[str, str], Certificate] = {}
            for certificate in filter(None, map(by_secret(tree).get, listener.secrets)):
                for name, field in certificate.names():
                    first = seen.setdefault((certificate.key_algorithm, name), certificate)
                    if first is not certificate:
                        yield Overlap(listener, first, certificate, name, field)
