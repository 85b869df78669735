"""Rule autoscaler-present."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec: {template: {spec: {containers: [{name: server}]}}}
---
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What counts as an autoscaler.

    `kinds` maps each kind, written `group/Kind`, to the field of its spec that names the workload.
    `annotations` are beginnings of annotations by which a workload or its namespace asks to be scaled.
    """

    kinds: Mapping[str, str]
    annotations: tuple[str, ...] = ()


class AutoscalerPresent(Rule):
    """Something in the cluster changes the number or the size of a workspace's pods on its own.

    A VerticalPodAutoscaler that only recommends (`updateMode: Off`) changes nothing.
    """

    requirements = ("SCOPE-01",)
    why = (
        "A second pod cannot have the volume, and one that is scaled to none is a server that does not "
        "answer. One that is resized is restarted, and every answer that streams ends."
    )
    fix = "Remove the autoscaler, or let it name another workload."
    Parameters = Parameters
    example_parameters = {
        "kinds": {
            "autoscaling/HorizontalPodAutoscaler": "scaleTargetRef",
            "autoscaling.k8s.io/VerticalPodAutoscaler": "targetRef",
            "keda.sh/ScaledObject": "scaleTargetRef",
        },
        "annotations": ("downscaler/",),
    }
    good = (
        Example("no autoscaler at all", _WORKLOAD),
        Example(
            "autoscalers of other workloads, of the same name in another namespace or of another kind",
            {
                "kubernetes/apps/demo/demo/app/deployment.yaml": f"""\
{_WORKLOAD}\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: other}}
spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: other}}, maxReplicas: 3}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: set}}
spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: StatefulSet, name: demo}}, maxReplicas: 3}}
""",
                "kubernetes/apps/elsewhere.yaml": """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: demo, namespace: elsewhere}
spec: {scaleTargetRef: {kind: Deployment, name: demo}, maxReplicas: 3}
""",
            },
        ),
        Example(
            "one that only recommends",
            f"""\
{_WORKLOAD}\
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {{name: demo}}
spec:
  targetRef: {{apiVersion: apps/v1, kind: Deployment, name: demo}}
  updatePolicy: {{updateMode: "Off"}}
""",
        ),
        Example(
            "a kind of the same name, of a group that is not listed",
            f"""\
{_WORKLOAD}\
apiVersion: reports.example.org/v1
kind: ScaledObject
metadata: {{name: demo}}
spec: {{scaleTargetRef: {{name: demo}}}}
""",
        ),
    )
    bad = (
        Example(
            "a HorizontalPodAutoscaler",
            f"""\
{_WORKLOAD}\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: demo}}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: demo  # <- the HorizontalPodAutoscaler demo scales Deployment demo/demo
  maxReplicas: 3
""",
        ),
        Example(
            "KEDA, which takes a Deployment where no kind is named",
            f"""\
{_WORKLOAD}\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{name: idle}}
spec:
  scaleTargetRef:
    name: demo  # <- the ScaledObject idle scales Deployment demo/demo
  minReplicaCount: 0
""",
        ),
        Example(
            "a VerticalPodAutoscaler that acts, as by default",
            f"""\
{_WORKLOAD}\
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {{name: demo}}
spec:
  targetRef:
    kind: Deployment
    name: demo  # <- the VerticalPodAutoscaler demo scales Deployment demo/demo
""",
        ),
        Example(
            "from another Kustomization, into the namespace of the workspace",
            {
                "kubernetes/apps/demo/demo/app/deployment.yaml": _WORKLOAD,
                "kubernetes/apps/scaling.yaml": """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: all, namespace: demo}
spec:
  scaleTargetRef:
    kind: Deployment
    name: demo  # <- the HorizontalPodAutoscaler all scales Deployment demo/demo
""",
            },
        ),
        Example(
            "the workload asks to be scaled at night",
            """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    downscaler/uptime: "8-20"  # <- 'downscaler/uptime' has Deployment demo/demo scaled
spec: {template: {spec: {containers: [{name: server}]}}}
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
        for pod in workspace.pods:
            workload = pod.workload
            problems = [*self._autoscalers(workspace, workload), *self._annotated(workspace, workload)]
            yield from problems
            if not problems:
                yield Proof(f"nothing scales {workload.id}", workload["metadata"]["name"])

    def _autoscalers(self, workspace: WorkspaceTree, workload: Resource) -> Iterator[Problem]:
        for written, field in self.parameters.kinds.items():
            group, _, kind = written.rpartition("/")
            for scaler in workspace.tree.of_kind(kind, workload.namespace):
                target = scaler["spec"][field]
                if scaler.id.group == group and _is(target, workload) and not _only_recommends(scaler):
                    related = (Related("this workload", workload["metadata"]["name"].location),)
                    message = f"the {kind} {scaler.name} scales {workload.id}"
                    yield Problem(message, target["name"], related)

    def _annotated(self, workspace: WorkspaceTree, workload: Resource) -> Iterator[Problem]:
        namespace = workspace.tree.get("Namespace", workload.namespace)
        for resource in (workload, namespace):
            annotations = resource["metadata"]["annotations"].entries() if resource else ()
            for name, value in annotations:
                if name.startswith(self.parameters.annotations):
                    yield Problem(f"'{name}' has {workload.id} scaled", value)


def _is(target: Field, workload: Resource) -> bool:
    """Whether a reference means a workload; without a kind KEDA takes a Deployment."""
    return target["name"].text == workload.name and (target["kind"].text or "Deployment") == workload.kind


def _only_recommends(scaler: Resource) -> bool:
    """The mode of a VerticalPodAutoscaler; `Off` is a text that YAML 1.1 readers take for false."""
    mode = scaler["spec"]["updatePolicy"]["updateMode"]
    return scaler.kind == "VerticalPodAutoscaler" and mode.text == "Off"
