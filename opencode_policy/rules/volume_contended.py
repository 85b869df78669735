"""Rule volume-contended."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import of_workspaces
from opencode_policy.graph.volumes import contended, single_volumes
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree


def _deployment(settings: str, mode: str = "ReadWriteOnce", name: str = "web") -> str:
    return f"""\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}}}
spec: {{accessModes: [{mode}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
{settings}\
  template:
    spec:
      containers: [{{name: web, volumeMounts: [{{name: data, mountPath: /data}}]}}]
      volumes: [{{name: data, persistentVolumeClaim: {{claimName: {name}}}}}]
"""


class VolumeContended(Rule):
    """Two pods of a Deployment want a volume that one node alone can mount."""

    severity = "warning"
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "On another node the second pod waits for the volume for ever, and a rollout with it; on the same node "
        "two processes write to the same files."
    )
    fix = "Set the strategy to Recreate and replicas to 1, or take a volume that many can mount."
    good = (
        anywhere("one after the other", _deployment("  strategy: {type: Recreate}\n")),
        anywhere(
            "no pod too many during a rollout",
            _deployment("  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}\n"),
        ),
        anywhere(
            "a volume for many, beside one",
            _deployment("  replicas: 3\n", "ReadWriteMany", "api")
            + "---\n"
            + _deployment("  strategy: {type: Recreate}\n"),
        ),
    )
    bad = (
        anywhere(
            "the default strategy",
            _deployment("").replace(
                "kind: Deployment\nmetadata: {name: web}\nspec:\n",
                "kind: Deployment\nmetadata: {name: web}\n"
                "spec:  # <- a rollout starts the new pod before the old one has left, and the volume web is ReadWriteOnce\n",
            ),
        ),
        anywhere(
            "several pods",
            _deployment("  replicas: 2  # <- 2 pods want the volume web, and it is ReadWriteOnce\n"),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        pairs = [(workload, claim) for workload, claim in single_volumes(tree) if not left(workload)]
        found = [item for item in (contended(workload, claim) for workload, claim in pairs) if item]
        for item in found:
            modes = item.claim["spec"]["accessModes"]
            yield Problem(item.words, item.at, (Related("the volume", modes.key_location),))
        if pairs and not found:
            yield Proof(
                f"no two pods want one of the {len(pairs)} volumes of Deployments at once", pairs[0][0]
            )
        if not pairs:
            yield Irrelevant("no Deployment outside the workspaces has a volume for one node")
