"""HTTPRoutes: which of them serve a host, and which Gateway listeners they attach to."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.links import Link, broken, near
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.listeners import (
    GATEWAY_GROUP,
    Listener,
    admits,
    is_known_gateway,
    listeners_of,
    meant_gateway,
    refusal,
)
from opencode_policy.routing.route_rules import is_redirect
from opencode_policy.tree import Tree, WorkspaceTree


@dataclass(frozen=True, slots=True)
class Claim:
    """A route and the entry of its hostnames by which it serves a host."""

    route: Resource
    hostname: Field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A parent reference of a route, seen for one host.

    `listeners` are those that section, port and host choose, none where the Gateway is not known; `taking`
    those of them that take the route. `link` is the reference itself: what it leads to, or why it does not.
    """

    route: Resource
    reference: Field
    gateway: str
    namespace: str
    listeners: tuple[Listener, ...]
    taking: tuple[Listener, ...]
    link: Link


def http_routes(tree: Tree) -> list[Resource]:
    """Every HTTPRoute that is applied."""
    found = tree.of_kind("HTTPRoute")
    return [item for item in found if item.id.group == GATEWAY_GROUP and tree.applies(item)]


def serving(tree: Tree, host: str) -> list[Claim]:
    """Routes of the tree that get a host's requests: those that name it, else those whose wildcard does.

    Gateway API prefers the more specific host; a route without any takes what is left and is not meant here,
    nor is one that only sends plain HTTP on to HTTPS.
    """
    claims = [Claim(route, item) for route in http_routes(tree) for item in route["spec"]["hostnames"]]
    exact = [claim for claim in claims if tree.resolve_variables(claim.hostname.text) == host.lower()]
    found = exact or [claim for claim in claims if _by_wildcard(tree, claim, host)]
    return [claim for claim in found if not _sends_on(tree, claim.route, host)] or found


def _by_wildcard(tree: Tree, claim: Claim, host: str) -> bool:
    name = tree.resolve_variables(claim.hostname.text)
    return name.startswith("*.") and admits(name, host)


def _sends_on(tree: Tree, route: Resource, host: str) -> bool:
    """Whether all that a route does is to redirect, and nowhere where TLS ends."""
    rules = list(route["spec"]["rules"])
    taking = [listener for item in attachments_of(tree, route, host) for listener in item.taking]
    return bool(rules) and all(map(is_redirect, rules)) and not any(item.terminates for item in taking)


def claims_of(workspace: WorkspaceTree) -> list[Claim]:
    """Routes of the workspace's own Kustomization that serve its host."""
    return [item for item in serving(workspace.tree, workspace.host) if is_own(workspace, item)]


def is_own(workspace: WorkspaceTree, claim: Claim) -> bool:
    """Whether the workspace's own Kustomization applies the route."""
    return any(claim.route is route for route in workspace.of_kind("HTTPRoute"))


def attachments(workspace: WorkspaceTree) -> list[Attachment]:
    """Where the routes of the workspace attach to Gateways."""
    return [
        item
        for claim in claims_of(workspace)
        for item in attachments_of(workspace.tree, claim.route, workspace.host)
    ]


def attachments_of(tree: Tree, route: Resource, host: str) -> list[Attachment]:
    """Where a route attaches to Gateways with a host, one attachment for each reference to a Gateway."""
    references = route["spec"]["parentRefs"]
    return [_attachment(tree, route, item, host) for item in references if is_gateway_reference(item)]


def is_gateway_reference(reference: Field) -> bool:
    """Both default: a parent without group and kind is a Gateway."""
    group = reference["group"]
    return reference["kind"].text in ("", "Gateway") and (not group or group.text == GATEWAY_GROUP)


def parent_token(reference: Field) -> Field:
    """The token of a parent reference that says which listener: its section, its port, else its name."""
    return reference["sectionName"] or reference["port"] or reference["name"]


def _attachment(tree: Tree, route: Resource, reference: Field, host: str) -> Attachment:
    name = reference["name"].text
    namespace = reference["namespace"].text or route.namespace
    chosen = list(_chosen(tree, reference, name, namespace))
    meant = tuple(item for item in chosen if admits(item.hostname, host))
    taking = tuple(item for item in meant if refusal(tree, item, route) is None)
    if taking:
        link = Link(f"the {taking[0]} takes {host}", parent_token(reference))
    elif chosen:
        link = _refused(tree, route, reference, host, chosen[0])
    else:
        link = _missing(tree, route, reference)
    return Attachment(route, reference, name, namespace, meant, taking, link)


def _chosen(tree: Tree, reference: Field, name: str, namespace: str) -> Iterator[Listener]:
    """Listeners that section and port of a reference leave."""
    for listener in listeners_of(tree, name, namespace):
        in_section = reference["sectionName"].text in ("", listener.name)
        if in_section and reference["port"].value in (None, listener.port):
            yield listener


def _why_not(tree: Tree, listener: Listener, route: Resource, host: str) -> str | None:
    if not admits(listener.hostname, host):
        return f"takes {listener.hostname} and not {host}"
    return refusal(tree, listener, route)


def _refused(tree: Tree, route: Resource, reference: Field, host: str, listener: Listener) -> Link:
    related = [near("the listener", listener.written)] if listener.written is not None else []
    why = _why_not(tree, listener, route, host)
    return broken(f"the {listener} {why}", parent_token(reference), *related)


def _missing(tree: Tree, route: Resource, reference: Field) -> Link:
    """Neither Gateway nor section nor port: what of them is wrong."""
    name, namespace = reference["name"], reference["namespace"].text or route.namespace
    gateway = f"{namespace}/{name.text}"
    if not is_known_gateway(tree, name.text, namespace):
        words = f"there is no Gateway {gateway}"
        place = reference["namespace"] if _only_namespace_is_wrong(tree, reference) else name
        return broken(words + meant_gateway(tree, name.text, namespace), place)
    known = listeners_of(tree, name.text, namespace)
    names = [item.name for item in known]
    section = reference["sectionName"]
    if section and section.text not in names:
        words = f"the Gateway {gateway} has no listener '{section.text}'"
        return broken(words + hint(section.text, names), section)
    ports = ", ".join(f"{item.name} on {item.port}" for item in known) or "none"
    return broken(f"the Gateway {gateway} has no such listener, its listeners are {ports}", reference["port"])


def _only_namespace_is_wrong(tree: Tree, reference: Field) -> bool:
    """A written namespace that has no Gateway of a name that exists elsewhere."""
    name = reference["name"].text
    elsewhere = meant_gateway(tree, name, "").startswith("; there is one")
    return bool(reference["namespace"]) and elsewhere
