"""Rule policy-target-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.concern import REQUIREMENT_OF
from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import of_workspaces
from opencode_policy.graph.policies import KINDS
from opencode_policy.outcome import Irrelevant, Outcome, Proof, Unknown, location_of
from opencode_policy.resource import Resource
from opencode_policy.routing.attached_policies import GROUP
from opencode_policy.routing.target_mistakes import mistakes
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, labels: {app: web}}
spec: {rules: [{name: all}]}
"""
_POLICY = """\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: web}
spec:
"""
_SECURITY = _POLICY.replace("BackendTraffic", "Security")


class PolicyTargetMissing(Rule):
    """A policy of Envoy Gateway is for something that does not exist, or that it cannot reach.

    Judged are BackendTrafficPolicy, ClientTrafficPolicy and SecurityPolicy, with names, sections and label
    selectors. A route that the chart of a HelmRelease of its name may make is left open.
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Envoy Gateway skips a missing target without a word, not even in the status of the policy: timeouts, "
        "limits and logins that somebody wrote are not there."
    )
    fix = "Name group, kind and name of an object in the policy's own namespace."
    good = (
        anywhere(
            "by name, by section and by label",
            f"""\
{_ROUTE}---
{_POLICY}  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: web, sectionName: all}}]
---
{_SECURITY}  targetSelectors: [{{kind: HTTPRoute, matchLabels: {{app: web}}}}]
""",
        ),
        anywhere(
            "a route that a chart may make",
            f"""\
{_ROUTE}---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: plex}}
---
{_POLICY}  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: plex}}]
---
{_SECURITY}  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: web}}]
""",
        ),
    )
    bad = (
        anywhere(
            "a name that no route has",
            f"""\
{_ROUTE}---
{_POLICY}  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: web-app  # <- there is no HTTPRoute demo/web-app; did you mean 'web'?
""",
        ),
        anywhere(
            "a Gateway of another namespace",
            f"""\
{_SECURITY}  targetRefs:
    - group: gateway.networking.k8s.io
      kind: Gateway
      name: internal  # <- there is no Gateway demo/internal, only one in network, out of reach of the policy
""",
        ),
        anywhere(
            "a rule that the route does not have, and labels that it does not bear",
            f"""\
{_ROUTE}---
{_POLICY}  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: web
      sectionName: al  # <- the HTTPRoute web has no rule named 'al'; did you mean 'all'?
---
{_SECURITY}  targetSelectors:
    - kind: HTTPRoute
      matchLabels:
        app: api  # <- no HTTPRoute of demo has the label app=api
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in _policies(tree) if not left(item)]
        opened = {edge.at.location: edge for edge in graph_of(tree).routing if edge.state == "open"}
        if not found:
            yield Irrelevant("no policy of Envoy Gateway outside the workspaces")
        for policy in found:
            wrong = list(mistakes(tree, policy))
            for problem in wrong:
                edge = opened.get(location_of(problem.at))
                yield problem if edge is None else Unknown(_words(policy, edge.message), edge.at, _OF_ALL)
            if not wrong:
                yield Proof(f"{policy.kind} {policy.name} has its targets", policy["spec"])


_OF_ALL = REQUIREMENT_OF["references"]


def _words(policy: Resource, why: str) -> str:
    return f"the target of {policy.kind} {policy.name} is not in the tree: {why}"


def _policies(tree: Tree) -> Iterator[Resource]:
    for kind in KINDS:
        yield from (item for item in tree.of_kind(kind) if item.id.group == GROUP and tree.applies(item))
