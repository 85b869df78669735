"""Objects that put a login before a route: policies attached to it or its Gateway, filters it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from opencode_policy.resource import Field, Resource
from opencode_policy.routing.attached_policies import Target, own_target, parent_target
from opencode_policy.routing.routes import attachments_of
from opencode_policy.tree import Tree

Policies = Mapping[str, Sequence[str]]
"""Fields of spec that demand a login, by `group/Kind`; an empty list means that the kind itself does."""


def demands(policies: Policies, resource: Resource) -> Field | None:
    """What in an object demands a login: the field that says how, or its kind."""
    fields = policies.get(f"{resource.id.group}/{resource.kind}")
    if fields is None:
        return None
    if not fields:
        return resource["kind"]
    return next((resource["spec"][name] for name in fields if resource["spec"][name].exists), None)


def before_route(tree: Tree, policies: Policies, route: Resource, host: str) -> Iterator[Resource]:
    """Objects of these kinds that requests for a host meet on their way through a route."""
    for rule in route["spec"]["rules"]:
        yield from _attached(tree, policies, route, rule, host)
    for reference in _extensions(policies, route):
        found = _referred(tree, route, reference)
        if found is not None:
            yield found


def out_of_sight(tree: Tree, policies: Policies, route: Resource) -> Iterator[Field]:
    """Names of objects of these kinds that filters of a route refer to and the tree does not have."""
    for reference in _extensions(policies, route):
        if _referred(tree, route, reference) is None:
            yield reference["name"]


def _attached(tree: Tree, policies: Policies, route: Resource, rule: Field, host: str) -> Iterator[Resource]:
    """A policy of the route takes the place of that of the listener, and that the place of the Gateway's."""
    for kind in {name.rpartition("/")[2] for name in policies}:
        own = own_target(tree, kind, route, rule)
        listeners = [item for attached in attachments_of(tree, route, host) for item in attached.taking]
        above = [parent_target(tree, kind, listener) for listener in listeners]
        found: list[Target | None] = [own] if own is not None else above
        yield from (target.policy for target in found if target is not None)


def _extensions(policies: Policies, route: Resource) -> Iterator[Field]:
    """References of a route's filters, and of those of its backends, to objects of these kinds."""
    for rule in route["spec"]["rules"]:
        for owner in (rule, *rule["backendRefs"]):
            references = [item["extensionRef"] for item in owner["filters"]]
            yield from (
                item for item in references if f"{item['group'].text}/{item['kind'].text}" in policies
            )


def _referred(tree: Tree, route: Resource, reference: Field) -> Resource | None:
    return tree.get(reference["kind"].text, reference["name"].text, route.namespace)
