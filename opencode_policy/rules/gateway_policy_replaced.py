"""Rule gateway-policy-replaced."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import of_workspaces
from opencode_policy.graph.policies import replaced
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.routing.attached_policies import policies
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_KIND = "BackendTrafficPolicy"
_GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec: {listeners: [{name: https, port: 443, protocol: HTTPS}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: own}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: own}]
  timeout: {http: {requestTimeout: 0s}}
  tcpKeepalive: {probes: 3}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: own}]
  hostnames: [web.example.org]
"""
_POLICY = """\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: web}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: web}]
"""


class GatewayPolicyReplaced(Rule):
    """A route's BackendTrafficPolicy takes away settings of its Gateway's without saying so.

    The nearer policy replaces the other as a whole unless it has a mergeType. One that states every setting of
    the Gateway's policy itself takes nothing away.
    """

    severity = "warning"
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Whoever adds a policy to a route means to add a setting. What the Gateway's policy says no longer "
        "holds there: without its requestTimeout Envoy ends every response after 15 seconds."
    )
    fix = "Add `mergeType: StrategicMerge`, or state in the route's policy what it shall keep."
    good = (
        anywhere("merged", f"{_GATEWAY}---\n{_POLICY}  mergeType: StrategicMerge\n  compressor: []\n"),
        anywhere(
            "everything stated again",
            f"{_GATEWAY}---\n{_POLICY}  timeout: {{http: {{requestTimeout: 5s}}}}\n  tcpKeepalive: {{probes: 1}}\n",
        ),
    )
    bad = (
        anywhere(
            "one setting more, two less",
            f"""\
{_GATEWAY}---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {{name: web}}
spec:  # <- without mergeType this replaces the BackendTrafficPolicy demo/own of the Gateway, and with it tcpKeepalive and timeout.http.requestTimeout
  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: web}}]
  timeout: {{http: {{connectionIdleTimeout: 1h}}}}
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in replaced(tree) if not left(item.policy)]
        for item in found:
            lost = sorted(field.dotted.removeprefix("spec.") for field in item.lost)
            names = f"{', '.join(lost[:-1])} and {lost[-1]}" if len(lost) > 1 else lost[0]
            parent = f"the {_KIND} {item.parent.namespace}/{item.parent.name} of the Gateway"
            words = f"without mergeType this replaces {parent}, and with it {names}"
            related = tuple(Related("no longer holds here", field.key_location) for field in item.lost)
            yield Problem(words, item.policy["spec"]["mergeType"], related)
        every = [policy for policy in policies(tree, _KIND) if not left(policy)]
        if every and not found:
            yield Proof("no policy of a route takes away what its Gateway's says", every[0]["spec"])
        if not every:
            yield Irrelevant(f"no {_KIND} outside the workspaces")
