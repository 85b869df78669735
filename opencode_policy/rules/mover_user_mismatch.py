"""Rule mover-user-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import of_workspaces
from opencode_policy.graph.volumes import moved
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      securityContext: {runAsUser: 1000}
      containers: [{name: web, volumeMounts: [{name: data, mountPath: /data}]}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: web}}]
---
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: web}
spec:
  sourcePVC: web
  restic:
    moverSecurityContext:
"""


class MoverUserMismatch(Rule):
    """VolSync reads a volume as another user than the pods that write to it."""

    severity = "warning"
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Files that only their owner may read are not in the backup, and a restore gives every file to the "
        "mover's user, so that the pod cannot write to its own data."
    )
    fix = "Set moverSecurityContext.runAsUser to the user of the pod."
    good = (anywhere("the same user", f"{_POD}      runAsUser: 1000\n"),)
    bad = (
        anywhere(
            "another user",
            f"{_POD}      runAsUser: 568  # <- the mover of web runs as 568, the container web of web as 1000\n",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in moved(tree) if not left(item.replication)]
        wrong = [item for item in found if item.differs]
        for item in wrong:
            container = f"the container {item.container.name} of {item.container.pod.workload.name}"
            words = f"the mover of {item.replication.name} runs as {item.mover.text}, {container} as {item.user.text}"
            yield Problem(words, item.mover, (Related("its user", item.user.location),))
        if found and not wrong:
            yield Proof(f"{len(found)} movers work as the user of the pod", found[0].mover)
        if not found:
            yield Irrelevant("no mover outside the workspaces names a user that could be compared")
