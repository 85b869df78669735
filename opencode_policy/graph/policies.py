"""Policies of Envoy Gateway: which attaches where, which of two wins, and what a nearer one takes away.

A rule's policy goes before its route's, that before the listener's, and that before the Gateway's; of two at
the same place the older one wins and the other gets the condition Conflicted. A policy of a route without
mergeType replaces that of the Gateway as a whole (Envoy Gateway 1.7, backendtrafficpolicy.go).
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.attached_policies import Target, attached, parent_target, policies, targets
from opencode_policy.routing.listeners import Listener
from opencode_policy.routing.routes import attachments_of, http_routes
from opencode_policy.routing.timeouts import MERGE_TYPES
from opencode_policy.tree import Tree

KINDS = ("BackendTrafficPolicy", "ClientTrafficPolicy", "SecurityPolicy")
MERGING = ("BackendTrafficPolicy",)
"""Kinds that know mergeType in the release that this follows."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two policies of one kind for one thing; `loser` is the one that files show to come second."""

    winner: Target
    loser: Target

    @property
    def what(self) -> str:
        section = f" (section {self.loser.section})" if self.loser.section else ""
        return f"{self.loser.kind} {self.loser.name}{section}"


def conflicts(tree: Tree) -> Iterator[Conflict]:
    """Every second policy for a thing that has one."""
    for kind in KINDS:
        first: dict[tuple[str, str, str, str], Target] = {}
        for policy in policies(tree, kind):
            for target in targets(tree, policy):
                key = (policy.namespace, target.kind, target.name, target.section)
                winner = first.setdefault(key, target)
                if winner.policy.id != policy.id:  # one that is applied twice is no second one
                    yield Conflict(winner, target)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A policy of a route that takes away what the Gateway's says; `lost` are these fields of the parent."""

    policy: Resource
    parent: Resource
    listener: Listener
    lost: tuple[Field, ...]


def replaced(tree: Tree) -> Iterator[Replaced]:
    """Policies of routes without mergeType, where a listener or Gateway has one that says more."""
    seen: set[tuple[int, int]] = set()
    for route in http_routes(tree):
        owns = [item for item in _of_route(tree, route) if not item.policy["spec"]["mergeType"]]
        for listener in _listeners(tree, route) if owns else ():
            parent = parent_target(tree, "BackendTrafficPolicy", listener)
            for own in owns if parent else ():
                pair = (id(own.policy), id(parent.policy) if parent else 0)
                lost = tuple(_lost(parent.policy["spec"], own.policy["spec"])) if parent else ()
                if parent and lost and pair not in seen:
                    seen.add(pair)
                    yield Replaced(own.policy, parent.policy, listener, lost)


def _of_route(tree: Tree, route: Resource) -> list[Target]:
    return attached(tree, "BackendTrafficPolicy", route.kind, route.name, route.namespace)


def _listeners(tree: Tree, route: Resource) -> Iterator[Listener]:
    hosts = [tree.resolve_variables(item.text) for item in route["spec"]["hostnames"]] or [""]
    for host in hosts:
        for attachment in attachments_of(tree, route, host):
            yield from attachment.taking


_ATTACHING = frozenset({"targetRef", "targetRefs", "targetSelectors", "mergeType"})


def _lost(parent: Field, own: Field) -> Iterator[Field]:
    """Settings of the parent that the nearer policy does not state: sections, and the timeouts in them."""
    for key, value in parent.entries():
        if key in _ATTACHING:
            continue
        if key == "timeout":
            yield from _lost_below(value, own[key])
        elif not own[key]:
            yield value


def _lost_below(parent: Field, own: Field) -> Iterator[Field]:
    for key, value in parent.entries():
        if value.is_mapping:
            yield from _lost_below(value, own[key])
        elif not own[key]:
            yield value


def wrong_merges(tree: Tree) -> Iterator[tuple[Resource, Field]]:
    """Policies whose mergeType is none that exists."""
    for kind in KINDS:
        for policy in policies(tree, kind):
            merge = policy["spec"]["mergeType"]
            if merge and merge.text not in MERGE_TYPES:
                yield policy, merge
