"""Why a policy of Envoy Gateway attaches to nothing: mistakes in what it says it is for.

Envoy Gateway skips a target that does not exist without a word (internal/gatewayapi/backendtrafficpolicy.go,
"Skip if the route is not found"), so nothing in the cluster tells of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.links import near
from opencode_policy.nearest import hint
from opencode_policy.outcome import Problem
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.attached_policies import TARGET_KINDS, VERSION, references, selected
from opencode_policy.routing.listeners import GATEWAY_GROUP, gateways
from opencode_policy.selectors import clauses, failing, labels_of
from opencode_policy.tree import Tree

_ALIKE = 0.6
"""Few routes share a namespace, so that a name need not be very near to be meant."""


def mistakes(tree: Tree, policy: Resource) -> Iterator[Problem]:
    """What keeps a policy from its targets; the first thing wrong of each reference."""
    version, spec = policy["apiVersion"], policy["spec"]
    if policy.id.api_version != VERSION:
        yield Problem(f"the {policy.kind} is of {version.text} instead of {VERSION}", version)
        return
    selectors, named = list(spec["targetSelectors"]), references(policy)
    if not named and not selectors:
        yield Problem(f"the {policy.kind} {policy.name} has no target", spec["targetRefs"])
    if spec["targetRef"] and spec["targetRefs"]:
        yield Problem("targetRef and targetRefs exclude each other", spec["targetRef"].key_location)
    for reference in named:
        yield from _reference(tree, policy, reference)
    for selector in selectors:
        if not selected(tree, policy, selector):
            yield _selector(tree, policy, selector)


def _reference(tree: Tree, policy: Resource, reference: Field) -> Iterator[Problem]:
    group, kind, name = (reference[key] for key in ("group", "kind", "name"))
    if group.text != GATEWAY_GROUP:
        words = f"the target is of the group '{group.text}'" if group else "the target has no group"
        yield Problem(f"{words}, it must be {GATEWAY_GROUP}", group)
    elif kind.text not in TARGET_KINDS:
        words = f"the target is of the kind '{kind.text}'" if kind else "the target has no kind"
        yield Problem(words + hint(kind.text, TARGET_KINDS), kind)
    elif reference["namespace"]:
        words = f"a target has no namespace: a policy reaches nothing outside its own, {policy.namespace}"
        yield Problem(words, reference["namespace"])
    elif name.text not in (item.name for item in _known(tree, kind.text, policy.namespace)):
        yield Problem(_absent(tree, policy, kind.text, name.text), name)
    else:
        yield from _section(tree.get(kind.text, name.text, policy.namespace), reference["sectionName"])


def _known(tree: Tree, kind: str, namespace: str | None = None) -> list[Resource]:
    """Objects of a kind that are applied."""
    return [item for item in tree.of_kind(kind, namespace) if tree.applies(item)]


def _absent(tree: Tree, policy: Resource, kind: str, name: str) -> str:
    words = f"there is no {kind} {policy.namespace}/{name}"
    known = gateways(tree) if kind == "Gateway" else [(r.namespace, r.name) for r in _known(tree, kind)]
    elsewhere = [namespace for namespace, other in known if other == name]
    if elsewhere:
        return f"{words}, only one in {elsewhere[0]}, out of reach of the policy"
    return words + hint(name, (item.name for item in _known(tree, kind, policy.namespace)), cutoff=_ALIKE)


def _section(target: Resource | None, section: Field) -> Iterator[Problem]:
    if target is None or not section:
        return
    gateway = target.kind == "Gateway"
    parts = [item["name"].text for item in target["spec"]["listeners" if gateway else "rules"]]
    if section.text not in parts:
        what = "listener" if gateway else "rule"
        words = f"the {target.kind} {target.name} has no {what} named '{section.text}'"
        yield Problem(words + hint(section.text, parts), section)


def _selector(tree: Tree, policy: Resource, selector: Field) -> Problem:
    """At the clause that the first object of the kind fails, else at the kind."""
    kind = selector["kind"]
    for item in tree.of_kind(kind.text, policy.namespace):
        clause = failing(clauses(selector), labels_of(item))
        if clause is not None:
            words = f"no {kind.text} of {policy.namespace} has the label {clause}"
            keys = labels_of(item).keys() - {clause.key}
            return Problem(words + hint(clause.key, keys), clause.at, (near("for one this", item),))
    return Problem(f"there is no {kind.text or 'object'} in {policy.namespace}", kind)
