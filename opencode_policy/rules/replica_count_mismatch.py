"""Rule replica-count-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Pod

_SCALABLE = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"})
"""Kinds with a number of replicas; without one the API server takes 1."""

_RUNNING = frozenset({*_SCALABLE, "DaemonSet", "Pod"})
"""Kinds whose pods stay; those of a Job end."""

_DEFAULT_STRATEGY = "RollingUpdate"

_POD = "  template: {spec: {containers: [{name: server}]}}\n"


@dataclass(frozen=True, slots=True)
class Parameters:
    """How many pods a workspace has, and how a Deployment replaces the one by the other."""

    replicas: int
    strategy: str = "Recreate"


class ReplicaCountMismatch(Rule):
    """A workspace runs as more or fewer pods than required, be it only while one replaces the other."""

    requirements = ("SCOPE-01",)
    why = (
        "The volume goes to one node, and its database to one process. A second pod waits for the volume "
        "for ever on another node; on the same node it writes to the database of the first. RollingUpdate, "
        "the default, starts the new pod before the old one has ended."
    )
    fix = "Set `replicas` to the required number and `strategy.type: Recreate`, in one Deployment."
    Parameters = Parameters
    example_parameters = {"replicas": 1}
    good = (
        Example(
            "one replica, replaced by a new one once it is gone",
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  replicas: 1
  strategy: {{type: Recreate}}
{_POD}""",
        ),
        Example(
            "no number means one, as null does",
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  strategy:
    type: Recreate
    rollingUpdate: null
{_POD}""",
        ),
        Example(
            "a StatefulSet ends the old pod first by itself",
            f"""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: demo}}
spec:
{_POD}""",
        ),
        Example(
            "a second workload without the volume, and a job with it",
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      containers: [{name: server}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: demo}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: proxy}
spec: {replicas: 2, template: {spec: {containers: [{name: proxy}]}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: clean}
spec:
  template:
    spec:
      containers: [{name: clean}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: demo}}]
""",
        ),
    )
    bad = (
        Example(
            "two replicas",
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  replicas: 2  # <- replicas is 2 instead of 1
  strategy: {{type: Recreate}}
{_POD}""",
        ),
        Example(
            "none, and a text instead of a number",
            f"""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: demo}}
spec:
  replicas: "1"  # <- replicas is the text '1', the API server takes a number only
{_POD}""",
        ),
        Example(
            "the default strategy",
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:  # <- the Deployment has no strategy, which means RollingUpdate instead of Recreate
  replicas: 1
{_POD}""",
        ),
        Example(
            "settings of the other strategy; the API server refuses both together",
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  strategy:
    type: Recreate
    rollingUpdate:  # <- rollingUpdate goes with RollingUpdate only
      maxSurge: 1
{_POD}""",
        ),
        Example(
            "a strategy that there is not",
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  strategy:
    type: recreate  # <- the strategy is recreate instead of Recreate
{_POD}""",
        ),
        Example(
            "one pod on every node",
            """\
apiVersion: apps/v1
kind: DaemonSet  # <- a DaemonSet runs a pod on every node instead of 1
metadata: {name: demo}
spec: {template: {spec: {containers: [{name: server}]}}}
""",
        ),
        Example(
            "a second workload on the volume",
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      containers: [{name: server}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: demo}}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: copy  # <- a second workload uses the volume demo, which Deployment demo/demo has
spec:
  template:
    spec:
      containers: [{name: copy}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: demo}}]
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        pod = workspace.pod
        if pod is None:
            yield Unknown(f"{workspace.name} has no pod of a server", workspace.anchor)
            return
        workload = pod.workload
        problems = [*self._kind(workload), *self._strategy(workload), *_others(workspace, pod)]
        yield from problems
        if not problems:
            replicas = workload["spec"]["replicas"]
            said = "" if replicas or workload.kind not in _SCALABLE else ", as it does without a number"
            yield Proof(f"{workload.id} runs {self.parameters.replicas} pod{said}", replicas)

    def _kind(self, workload: Resource) -> Iterator[Outcome]:
        wanted = self.parameters.replicas
        if workload.kind == "DaemonSet":
            yield Problem(f"a DaemonSet runs a pod on every node instead of {wanted}", workload)
        elif workload.kind not in _RUNNING:
            yield Problem(f"the pod of a {workload.kind} ends, and the server with it", workload)
        elif workload.kind in _SCALABLE:
            yield from self._replicas(workload["spec"]["replicas"])

    def _replicas(self, replicas: Field) -> Iterator[Outcome]:
        wanted, value = self.parameters.replicas, replicas.value if replicas else 1
        if "${" in replicas.text:
            yield Unknown("replicas holds a variable of unknown value", replicas)
        elif isinstance(value, bool) or not isinstance(value, int):
            what = f"the text '{value}'" if isinstance(value, str) else "no whole number"
            yield Problem(f"replicas is {what}, the API server takes a number only", replicas)
        elif value != wanted:
            words = value if replicas else f"not given, which means {value},"
            yield Problem(f"replicas is {words} instead of {wanted}", replicas)

    def _strategy(self, workload: Resource) -> Iterator[Problem]:
        if workload.kind != "Deployment":
            return
        strategy, wanted = workload["spec"]["strategy"], self.parameters.strategy
        given = strategy["type"]
        if not given and wanted != _DEFAULT_STRATEGY:
            has = "strategy has no type" if strategy.exists else "the Deployment has no strategy"
            yield Problem(f"{has}, which means {_DEFAULT_STRATEGY} instead of {wanted}", given)
        elif given and given.text != wanted:
            yield Problem(f"the strategy is {given.text} instead of {wanted}", given)
        if given.text == "Recreate" and strategy["rollingUpdate"]:
            yield Problem("rollingUpdate goes with RollingUpdate only", strategy["rollingUpdate"])


def _others(workspace: WorkspaceTree, own: Pod) -> Iterator[Problem]:
    """Further workloads, of this Kustomization or another, that keep a pod on a volume of the server."""
    claims = _claims(own)
    name = own.workload["metadata"]["name"]
    for pod in workspace.tree.pods:
        other = pod.workload
        if other.kind not in _RUNNING or other.namespace != own.workload.namespace:
            continue
        if other["metadata"]["name"].location == name.location:
            continue  # itself, or the same manifest applied twice
        for claim in sorted(claims & _claims(pod)):
            related = (Related("used by the server here", name.location),)
            message = f"a second workload uses the volume {claim}, which {own.workload.id} has"
            yield Problem(message, other["metadata"]["name"], related)


def _claims(pod: Pod) -> set[str]:
    names = (volume["persistentVolumeClaim"]["claimName"].text for volume in pod.spec["volumes"])
    return {name for name in names if name}
