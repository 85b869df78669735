"""Rule pipeline-coupled."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.kustomize_files import folder_label
from opencode_policy.flux.trees import areas, is_below
from opencode_policy.lean import dataclass
from opencode_policy.nodes import Node, walk
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_text import places_of
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_NOTIFICATION_GROUP = "notification.toolkit.fluxcd.io"
_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: demo}\n"
_APP = "kubernetes/apps/demo/demo/app"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What belongs to a pipeline.

    `kinds` are its objects, written `group/Kind`; `dispatching` the types of Flux notification providers that
    start one; `markers` texts in an image, argument, environment variable or script that betray a runner, or
    a call that starts a pipeline.
    """

    kinds: tuple[str, ...]
    dispatching: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()


class PipelineCoupled(Rule):
    """A part of a CI system lies beside the workspaces, names one of them, or runs inside one."""

    requirements = ("SCOPE-03",)
    why = (
        "A workspace is one person's desk. A pipeline that counts on it fails when that person restarts it, "
        "and a runner inside it executes what others push, next to the token and the login."
    )
    fix = "Give the pipeline a place of its own, with its own clone and its own credentials."
    Parameters = Parameters
    example_parameters = {
        "kinds": (
            "batch/CronJob",
            "image.toolkit.fluxcd.io/ImageUpdateAutomation",
            "notification.toolkit.fluxcd.io/Receiver",
            "tekton.dev/Task",
        ),
        "dispatching": ("githubdispatch",),
        "markers": ("/dispatches", "actions-runner"),
    }
    good = (
        Example("a workspace alone", _SERVICE),
        Example(
            "a pipeline elsewhere that has nothing to do with the workspaces",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/ci.yaml": """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: build, namespace: ci}
spec:
  params: [{name: repository, value: https://git.example.org/demonstration}]
  steps: [{image: example/actions-runner}]
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: images, namespace: flux-system}
spec: {update: {path: ./kubernetes/apps/other}}
""",
            },
        ),
        Example(
            "notifications of a failed Kustomization to a chat",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/demo/alert.yaml": """\
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: chat, namespace: flux-system}
spec:
  providerRef: {name: chat}
  eventSources: [{kind: Kustomization, name: demo}]
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: chat, namespace: flux-system}
spec: {type: discord}
""",
                "kubernetes/apps/demo/kustomization.yaml": """\
resources: [./alert.yaml, ./namespace.yaml, ./demo/ks.yaml]
""",
            },
        ),
        Example(
            "a marker in a comment of a script starts nothing",
            """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server
      image: example/server
      command: [sh, -c, "sleep 1 # not POST /dispatches"]
""",
        ),
    )
    bad = (
        Example(
            "an object of a pipeline in the workspace",
            """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly  # <- the CronJob nightly lies beside the workspaces
spec: {schedule: "0 3 * * *"}
""",
        ),
        Example(
            "one elsewhere that names the workspace, its folder or its host",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/ci.yaml": """\
apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata: {name: github, namespace: flux-system}
spec:
  resources:
    - kind: Kustomization
      name: demo  # <- the Receiver github names the workspace demo
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: images, namespace: flux-system}
spec:
  update:
    path: ./kubernetes/apps/demo/demo  # <- the ImageUpdateAutomation images names the workspace demo
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: ask, namespace: ci}
spec:
  steps:
    - args: ["https://demo.example.org/session"]  # <- the Task ask names the workspace demo
""",
            },
        ),
        Example(
            "an Alert that starts a workflow",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/alert.yaml": """\
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: built, namespace: flux-system}
spec:
  providerRef:
    name: ci  # <- the Alert built starts a pipeline: ci is a provider of the type githubdispatch
  eventSources: [{kind: Kustomization, name: demo}]
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: ci, namespace: flux-system}
spec: {type: githubdispatch}
""",
            },
        ),
        Example(
            "a runner beside the server, and a script that starts a workflow",
            """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server
      image: example/server
      command:
        - sh
        - -c
        - |
          # tell the others
          curl -X POST "$API/dispatches"  # <- server has '/dispatches', which belongs to a pipeline
    - name: runner
      image: ghcr.io/actions/actions-runner:2  # <- runner has 'actions-runner', which belongs to a pipeline
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        if all(workspace.build is None for workspace in tree.workspaces):
            yield Unknown("no workspace is in the tree")
            return
        outcomes = [*self._objects(tree), *self._alerts(tree), *self._containers(tree)]
        yield from outcomes
        for area in areas(tree) if not outcomes else ():
            place = folder_label(tree, area)
            if place is not None:
                count = sum(1 for item in tree.resources if _is_beside(tree, item))
                yield Proof(f"none of the {count} objects of the workspaces is part of a pipeline", place)

    def _objects(self, tree: Tree) -> Iterator[Problem]:
        for resource in tree.resources:
            if _group_kind(resource) in self.parameters.kinds:
                what = f"the {resource.kind} {resource.name}"
                naming = _naming(tree, resource)
                if _is_beside(tree, resource):
                    yield Problem(f"{what} lies beside the workspaces", resource["metadata"]["name"])
                elif naming is not None:
                    yield Problem(f"{what} names the workspace {naming[0]}", naming[1].location)

    def _alerts(self, tree: Tree) -> Iterator[Outcome]:
        """An Alert is part of a pipeline where its provider starts one."""
        for alert in tree.of_kind("Alert"):
            is_flux = alert.id.group == _NOTIFICATION_GROUP
            if is_flux and (_is_beside(tree, alert) or _naming(tree, alert)):
                yield from self._alert(tree, alert)

    def _alert(self, tree: Tree, alert: Resource) -> Iterator[Outcome]:
        name = alert["spec"]["providerRef"]["name"]
        provider = tree.get("Provider", name.text, alert.namespace)
        if provider is None:
            yield Unknown(f"the provider '{name.text}' of the Alert {alert.name} is not in the tree", name)
        elif provider["spec"]["type"].text in self.parameters.dispatching:
            how = f"{name.text} is a provider of the type {provider['spec']['type'].text}"
            yield Problem(f"the Alert {alert.name} starts a pipeline: {how}", name)

    def _containers(self, tree: Tree) -> Iterator[Problem]:
        for pod in tree.pods:
            for marker in self.parameters.markers if _is_beside(tree, pod.workload) else ():
                for container, place in places_of(tree, pod, marker):
                    what = f"{container.name} has '{marker}', which belongs to a pipeline"
                    yield Problem(what, place)


def _group_kind(resource: Resource) -> str:
    return f"{resource.id.group}/{resource.kind}" if resource.id.group else resource.kind


def _is_beside(tree: Tree, resource: Resource) -> bool:
    """Whether an object lands in a namespace of the workspaces or is written in their folder."""
    namespaces = {spec.namespace for spec in tree.policy.settings.workspaces}
    return resource.namespace in namespaces or is_below(resource.path, areas(tree))


def _naming(tree: Tree, resource: Resource) -> tuple[str, Node] | None:
    """The first workspace that an object names: by its name, its folder or its host."""
    for node in walk(resource["spec"].node) if resource["spec"].node is not None else ():
        for workspace in tree.workspaces:
            spec = workspace.spec
            inside = (workspace.host, spec.path, f"//{spec.name}.{spec.namespace}")
            if node.value == spec.name or any(text in node.value for text in inside):
                return spec.name, node
    return None
