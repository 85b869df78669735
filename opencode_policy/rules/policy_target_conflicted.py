"""Rule policy-target-conflicted."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import of_workspaces
from opencode_policy.graph.policies import KINDS, conflicts
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.routing.attached_policies import policies
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {rules: [{name: all}]}
"""


def _policy(name: str, target: str, kind: str = "BackendTrafficPolicy") -> str:
    return f"""\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: {kind}
metadata: {{name: {name}}}
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      {target}
"""


class PolicyTargetConflicted(Rule):
    """Two policies of one kind of Envoy Gateway are for one route, listener or Gateway."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "The older one wins and the other counts for nothing, which only its status tells; applied at once, as "
        "after a restore, the one that sorts first wins, and what held yesterday does not hold today."
    )
    fix = "Put the settings into one policy, or give each a target of its own."
    good = (
        anywhere(
            "one of each kind, and one more for a rule",
            f"{_ROUTE}---\n{_policy('a', 'name: web')}---\n{_policy('b', 'name: web', 'SecurityPolicy')}---\n"
            + _policy("c", "name: web\n      sectionName: all"),
        ),
    )
    bad = (
        anywhere(
            "two for a route",
            f"{_ROUTE}---\n{_policy('first', 'name: web')}---\n"
            + _policy(
                "second",
                "name: web  # <- HTTPRoute web has the BackendTrafficPolicy first already, second does not count",
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in conflicts(tree) if not left(item.loser.policy)]
        for item in found:
            winner, loser = item.winner.policy, item.loser.policy
            words = f"{item.what} has the {winner.kind} {winner.name} already, {loser.name} does not count"
            yield Problem(words, item.loser.at, (Related("the other one", item.winner.at.location),))
        every = [policy for kind in KINDS for policy in policies(tree, kind) if not left(policy)]
        if every and not found:
            yield Proof(f"none of the {len(every)} policies is for what another is for", every[0]["spec"])
        if not every:
            yield Irrelevant("no policy of Envoy Gateway outside the workspaces")
