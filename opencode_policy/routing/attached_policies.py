"""Policies of Envoy Gateway that attach to routes and Gateways by targetRefs or by labels."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.listeners import GATEWAY_GROUP, Listener
from opencode_policy.selectors import clauses, failing, labels_of
from opencode_policy.tree import Tree

GROUP = "gateway.envoyproxy.io"
VERSION = f"{GROUP}/v1alpha1"
"""The only version there is, up to Envoy Gateway 1.9."""
TARGET_KINDS = ("Gateway", "GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")
"""Kinds that a policy may target, all of GATEWAY_GROUP (CEL rules of the definitions)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a policy attaches to, always in its own namespace.

    `section` is the rule of a route or the listener of a Gateway, empty for the whole of it; `at` is the name
    in a targetRef, or the selector's kind.
    """

    policy: Resource
    kind: str
    name: str
    section: str
    at: Field


def policies(tree: Tree, kind: str) -> list[Resource]:
    """Policies of a kind, in the order in which Envoy Gateway prefers them as far as files can tell.

    An older policy goes before a younger one; of those applied at once, the one that sorts first.
    """
    found = [item for item in tree.of_kind(kind) if item.id.api_version == VERSION and tree.applies(item)]
    return sorted(found, key=lambda item: (item.namespace, item.name))


def references(policy: Resource) -> list[Field]:
    """Entries that name a target: those of `targetRefs`, and the old single `targetRef`."""
    spec = policy["spec"]
    return [*spec["targetRefs"], *([spec["targetRef"]] if spec["targetRef"].is_mapping else [])]


def targets(tree: Tree, policy: Resource) -> Iterator[Target]:
    """Everything that a policy targets; a named target need not exist."""
    for reference in references(policy):
        if reference["group"].text == GATEWAY_GROUP:
            name, section = reference["name"], reference["sectionName"].text
            yield Target(policy, reference["kind"].text, name.text, section, name)
    for selector in policy["spec"]["targetSelectors"]:
        for item in selected(tree, policy, selector):
            yield Target(policy, item.kind, item.name, "", selector["kind"])


def selected(tree: Tree, policy: Resource, selector: Field) -> list[Resource]:
    """Objects that a target selector takes: one kind, the policy's namespace, labels that satisfy it."""
    group = selector["group"].text or GATEWAY_GROUP
    found = [item for item in tree.of_kind(selector["kind"].text, policy.namespace) if item.id.group == group]
    return [item for item in found if failing(clauses(selector), labels_of(item)) is None]


def attached(tree: Tree, policy_kind: str, kind: str, name: str, namespace: str) -> list[Target]:
    """Targets by which policies attach to one object, the preferred policy first, each section once."""
    found: dict[tuple[str, str], Target] = {}
    for policy in policies(tree, policy_kind):
        for target in targets(tree, policy) if policy.namespace == namespace else ():
            if (target.kind, target.name) == (kind, name):
                found.setdefault((policy.name, target.section), target)
    return list(found.values())


def own_target(tree: Tree, policy_kind: str, route: Resource, rule: Field) -> Target | None:
    """By what the policy attaches that holds for a rule of a route: one for the rule, else for the route."""
    found = attached(tree, policy_kind, route.kind, route.name, route.namespace)
    return _of_section(found, rule["name"].text) or _of_section(found, "")


def _of_section(found: list[Target], section: str) -> Target | None:
    return next((target for target in found if target.section == section), None)


def parent_target(tree: Tree, policy_kind: str, listener: Listener) -> Target | None:
    """By what the policy attaches that holds for a listener: one for it, else for its Gateway."""
    found = attached(tree, policy_kind, "Gateway", listener.gateway, listener.namespace)
    return _of_section(found, listener.name) or _of_section(found, "")
