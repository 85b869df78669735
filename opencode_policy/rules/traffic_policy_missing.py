"""Rule traffic-policy-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.links import near
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Resource
from opencode_policy.routing.attached_policies import Target, attached, references
from opencode_policy.routing.listeners import GATEWAY_GROUP
from opencode_policy.routing.route_examples import POLICY, POLICY_FILE, ROUTE, ROUTE_FILE
from opencode_policy.routing.routes import serving
from opencode_policy.routing.target_mistakes import mistakes
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree, WorkspaceTree

_KIND = "BackendTrafficPolicy"
_GROUP = GATEWAY_GROUP
_POLICY = POLICY[: POLICY.index("  targetRefs")]
_REFERENCE = POLICY[POLICY.index("  targetRefs") : POLICY.index("  mergeType")]


def _with(policy: str, route: str = ROUTE) -> dict[str, str]:
    return {ROUTE_FILE: route, POLICY_FILE: policy}


class TrafficPolicyMissing(Rule):
    """A route of a workspace has no BackendTrafficPolicy, or more than one.

    One policy attaches to the route, or one to each of its rules; both at once is fine, since the nearer one
    wins.
    """

    requirements = ("FLUX-09", "HA-09")
    why = (
        "Without its own policy the route has whatever timeouts the Gateway's has, and Envoy's 15 seconds if "
        "there is none. A policy whose target does not exist is skipped without a word, and of two for one "
        "route the older wins."
    )
    fix = "Let one BackendTrafficPolicy of the route's own namespace name the HTTPRoute in its targetRefs."
    good = (
        Example("one policy that names the route", _with(POLICY)),
        Example(
            "the old form with a single reference",
            _with(f"""\
{_POLICY}\
  targetRef: {{group: gateway.networking.k8s.io, kind: HTTPRoute, name: demo}}
"""),
        ),
        Example(
            "by labels",
            _with(
                f"""\
{_POLICY}\
  targetSelectors:
    - kind: HTTPRoute
      matchLabels: {{app: demo}}
      matchExpressions: [{{key: tier, operator: DoesNotExist}}]
""",
                ROUTE.replace("{name: demo}", "{name: demo, labels: {app: demo}}"),
            ),
        ),
        Example(
            "one for the route and another for one of its rules",
            _with(
                f"""\
{POLICY}\
---
{_POLICY.replace("demo", "special")}\
{_REFERENCE}\
      sectionName: special
""",
                f"{ROUTE}    - name: special\n      matches: [{{path: {{value: /special}}}}]\n",
            ),
        ),
        Example(
            "the same route by name and by label, and another route",
            _with(
                f"""\
{POLICY}\
  targetSelectors: [{{kind: HTTPRoute, matchLabels: {{app: demo}}}}]
---
{POLICY.replace("name: demo", "name: other")}\
""",
                f"{ROUTE.replace('{name: demo}', '{name: demo, labels: {app: demo}}')}"
                "---\n"
                f"{ROUTE.replace('name: demo', 'name: other').replace('demo.$', 'other.$')}",
            ),
        ),
    )
    bad = (
        Example(
            "no policy",
            {
                ROUTE_FILE: """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo  # <- no BackendTrafficPolicy targets the HTTPRoute demo
spec:
  hostnames: ["demo.${DOMAIN}"]
"""
            },
        ),
        Example(
            "a route that does not exist",
            _with(f"""\
{_POLICY}\
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: demo-app  # <- there is no HTTPRoute demo/demo-app; did you mean 'demo'?
"""),
        ),
        Example(
            "a kind and a group that policies cannot target, and a namespace that a target does not have",
            _with(f"""\
{_POLICY}\
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HttpRoute  # <- the target is of the kind 'HttpRoute'; did you mean 'HTTPRoute'?
      name: demo
    - group: example.com  # <- the target is of the group 'example.com', it must be {_GROUP}
      kind: HTTPRoute
      name: demo
    - kind: HTTPRoute  # <- the target has no group, it must be {_GROUP}
      name: demo
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      namespace: network  # <- a target has no namespace: a policy reaches nothing outside its own, demo
      name: demo
"""),
        ),
        Example(
            "labels that the route does not have",
            _with(f"""\
{_POLICY}\
  targetSelectors:
    - kind: HTTPRoute
      matchLabels:
        app: demo  # <- no HTTPRoute of demo has the label app=demo
"""),
        ),
        Example(
            "the policy is of another group",
            _with(
                POLICY.replace(
                    "apiVersion: gateway.envoyproxy.io/v1alpha1",
                    "apiVersion: gateway.networking.k8s.io/v1  # <- the BackendTrafficPolicy is of "
                    "gateway.networking.k8s.io/v1 instead of gateway.envoyproxy.io/v1alpha1",
                )
            ),
        ),
        Example(
            "the policy lies in the Gateway's namespace",
            {
                ROUTE_FILE: ROUTE,
                "kubernetes/apps/network/policy.yaml": """\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: demo, namespace: network}
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: demo  # <- there is no HTTPRoute network/demo, only one in demo, out of reach of the policy
""",
            },
        ),
        Example(
            "two policies for one route",
            _with(f"""\
{POLICY}\
---
{_POLICY.replace("demo", "second")}\
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: demo  # <- the HTTPRoute demo has two policies, demo and second, of which the older wins
"""),
        ),
        Example(
            "a rule that does not exist, and one without a policy",
            _with(
                f"""\
{_POLICY}\
{_REFERENCE}\
      sectionName: one
""",
                ROUTE.replace(
                    "    - backendRefs:",
                    "    - name: one\n"
                    "    - name: two  # <- no BackendTrafficPolicy targets this rule of the HTTPRoute demo\n"
                    "      backendRefs:",
                ),
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        tree = workspace.tree
        routes = list({id(claim.route): claim.route for claim in serving(tree, workspace.host)}.values())
        if not routes:
            yield Unknown(f"no HTTPRoute of the tree serves {workspace.host}", workspace.anchor)
        wrong = [problem for item in _meant(workspace, routes) for problem in mistakes(tree, item)]
        yield from wrong
        for route in routes:
            yield from _judged(tree, route, bool(wrong))


def _meant(workspace: WorkspaceTree, routes: list[Resource]) -> Iterator[Resource]:
    """Policies of the workspace, and those elsewhere that name one of its routes."""
    own, names = workspace.of_kind(_KIND), {route.name for route in routes}
    for policy in filter(workspace.tree.applies, workspace.tree.of_kind(_KIND)):
        named = names & {reference["name"].text for reference in references(policy)}
        if policy in own or (named and policy.namespace not in {route.namespace for route in routes}):
            yield policy


def _judged(tree: Tree, route: Resource, explained: bool) -> Iterator[Outcome]:
    """What policies attach to a route; that there is none may be explained already."""
    found = attached(tree, _KIND, route.kind, route.name, route.namespace)
    yield from _conflicts(route, found)
    whole = [target for target in found if not target.section]
    if whole:
        yield Proof(f"{whole[0].policy.name} is the policy of the HTTPRoute {route.name}", whole[0].at)
        return
    by_section = {target.section: target for target in found}
    if not by_section and not explained:
        yield Problem(f"no {_KIND} targets the HTTPRoute {route.name}", route["metadata"]["name"])
    for rule in route["spec"]["rules"] if by_section else ():
        target = by_section.get(rule["name"].text)
        if target is None:
            yield Problem(f"no {_KIND} targets this rule of the HTTPRoute {route.name}", rule)
        else:
            yield Proof(f"{target.policy.name} is the policy of the rule {target.section}", target.at)


def _conflicts(route: Resource, found: list[Target]) -> Iterator[Problem]:
    """Targets of policies that come too late: another has the same section."""
    first: dict[str, Target] = {}
    for target in found:
        winner = first.setdefault(target.section, target)
        if winner is not target:
            names = f"{winner.policy.name} and {target.policy.name}"
            words = f"the HTTPRoute {route.name} has two policies, {names}, of which the older wins"
            yield Problem(words, target.at, (near("the other one", winner.at),))
