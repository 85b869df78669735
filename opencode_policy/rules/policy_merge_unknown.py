"""Rule policy-merge-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import each, of_workspaces
from opencode_policy.graph.policies import KINDS, wrong_merges
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.routing.attached_policies import policies
from opencode_policy.routing.timeouts import MERGE_TYPES
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_POLICY = """\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: web}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: web}]
"""


class PolicyMergeUnknown(Rule):
    """A policy of Envoy Gateway asks for a way of merging that does not exist."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "The definition has no list of values, so that the API server takes any text; Envoy Gateway then fails "
        "to merge, and only the status of the policy says that it does not count."
    )
    fix = "Write StrategicMerge or JSONMerge, or leave mergeType out to replace the policy of the Gateway."
    good = (
        anywhere("one that exists", f"{_POLICY}  mergeType: StrategicMerge\n"),
        anywhere("none", _POLICY),
    )
    bad = (
        anywhere(
            "another spelling",
            f"""\
{_POLICY}  mergeType: strategicMerge  # <- there is no mergeType 'strategicMerge'; did you mean 'StrategicMerge'?
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        wrong = [(policy, field) for policy, field in wrong_merges(tree) if not left(policy)]
        for _, field in wrong:
            yield Problem(f"there is no mergeType '{field.text}'{hint(field.text, MERGE_TYPES)}", field)
        every = [policy for kind in KINDS for policy in policies(tree, kind) if not left(policy)]
        if every and not wrong:
            yield Proof(f"{each(len(every), 'policies')} replaces or merges as it says", every[0]["spec"])
        if not every:
            yield Irrelevant("no policy of Envoy Gateway outside the workspaces")
