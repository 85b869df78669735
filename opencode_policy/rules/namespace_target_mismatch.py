"""Rule namespace-target-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.flux.trees import DEFAULT_NAMESPACES
from opencode_policy.history import steps
from opencode_policy.location import Location
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree, WorkspaceTree

_KS = "kubernetes/apps/demo/demo/ks.yaml"
_WITH_TARGET = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  targetNamespace: demo
  sourceRef: {kind: GitRepository, name: home}
"""


class NamespaceTargetMismatch(Rule):
    """Objects land in another namespace than required, than they say themselves, or than exists.

    targetNamespace and the `namespace` of a kustomization overwrite the namespace of every object, and
    rename Namespace objects (kustomize api/filters/namespace).
    """

    requirements = ("SEC-02",)
    why = (
        "References inside a namespace break when a part of it lands elsewhere, and nothing says so: the "
        "objects are applied, healthy, and in the wrong place. In a namespace that does not exist nothing is "
        "applied at all."
    )
    fix = (
        "Set spec.targetNamespace to the workspace's namespace, leave namespaces out of the manifests below "
        "it, and give an object of another namespace a Flux Kustomization of its own."
    )
    good = (
        Example("targetNamespace decides", "apiVersion: v1\nkind: Service\nmetadata: {name: demo}\n"),
        Example(
            "the same namespace again, in the object and in the kustomization",
            {
                "kubernetes/apps/demo/demo/app/kustomization.yaml": """\
namespace: demo
resources: [service.yaml]
""",
                "kubernetes/apps/demo/demo/app/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: demo, namespace: demo}
""",
            },
        ),
        Example(
            "a kind without a namespace, and the Namespace itself",
            {
                "kubernetes/apps/demo/kustomization.yaml": "resources: [./demo/ks.yaml]\n",
                "kubernetes/apps/demo/demo/app/cluster.yaml": """\
apiVersion: v1
kind: Namespace
metadata: {name: demo}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: demo}
""",
            },
        ),
        Example(
            "namespaces that every cluster has, or the inventory",
            {
                "kubernetes/apps/demo/more/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: one, namespace: flux-system}
spec: {targetNamespace: kube-system, path: ./kubernetes/apps/demo/one}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: two, namespace: flux-system}
spec: {targetNamespace: network, path: ./kubernetes/apps/demo/two}
""",
                _KS: _WITH_TARGET,
            },
        ),
    )
    bad = (
        Example(
            "the workspace's objects land in another namespace",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  targetNamespace: network  # <- targetNamespace is network instead of demo
  sourceRef: {kind: GitRepository, name: home}
"""
            },
        ),
        Example(
            "a namespace that nobody declares",
            {
                "kubernetes/apps/demo/more/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: more, namespace: flux-system}
spec:
  targetNamespace: dema  # <- nothing declares the namespace dema; did you mean 'demo'?
  path: ./kubernetes/apps/demo/more
"""
            },
        ),
        Example(
            "no targetNamespace",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:  # <- the Flux Kustomization demo has no targetNamespace, it must be demo
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
"""
            },
        ),
        Example(
            "an object that names another namespace",
            """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo
  namespace: network  # <- the namespace 'network' is overwritten by 'demo'
""",
        ),
        Example(
            "a kustomization that names another namespace",
            {
                "kubernetes/apps/demo/demo/app/kustomization.yaml": """\
namespace: network  # <- the namespace 'network' is overwritten by 'demo'
resources: [service.yaml]
""",
                "kubernetes/apps/demo/demo/app/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: demo}
---
apiVersion: v1
kind: Service
metadata: {name: second}
""",
            },
        ),
        Example(
            "a Namespace that is renamed",
            """\
apiVersion: v1
kind: Namespace
metadata:
  name: other  # <- the Namespace 'other' is renamed to 'demo' by targetNamespace
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        resource = workspace.build.resource if workspace.build else None
        if resource is None:
            yield Unknown(f"{workspace.name} has no Flux Kustomization in the tree")
            return
        target, wanted = resource["spec"]["targetNamespace"], workspace.spec.namespace
        if not target:
            message = f"the Flux Kustomization {resource.name} has no targetNamespace, it must be {wanted}"
            yield Problem(message, target)
        elif target.text != wanted:
            yield Problem(f"targetNamespace is {target.text} instead of {wanted}", target)
        else:
            yield Proof(f"the objects of {workspace.name} land in {wanted}", target)

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        known = _namespaces(tree)
        builds = [build for build in tree.builds if _target(build)]
        if not builds:
            yield Irrelevant("no Flux Kustomization of the tree has a targetNamespace")
        for build in builds:
            problems = [*_undeclared(build, known), *_overwritten(build)]
            yield from problems
            if not problems:
                yield Proof(f"{build.name} overwrites no namespace", _target(build) or build.resources[0])


def _target(build: FluxBuild) -> Field | None:
    target = build.resource["spec"]["targetNamespace"] if build.resource else None
    return target if target else None


def _namespaces(tree: Tree) -> set[str]:
    listed = {item.name for item in tree.cluster.objects if item.kind == "Namespace"}
    return listed | {item.name for item in tree.of_kind("Namespace")} | DEFAULT_NAMESPACES


def _undeclared(build: FluxBuild, known: set[str]) -> Iterator[Problem]:
    target = _target(build)
    if target is not None and target.text not in known and "${" not in target.text:
        near = hint(target.text, known)
        yield Problem(f"nothing declares the namespace {target.text}{near}", target)


def _overwritten(build: FluxBuild) -> list[Problem]:
    """Names that a person wrote and the build replaced, each once; the history of the node tells."""
    found: dict[Location, Problem] = {}
    for resource in build.resources:
        is_namespace = resource.kind == "Namespace"
        field = resource["metadata"]["name" if is_namespace else "namespace"]
        related, was = steps(field, "namespace"), _written(field)
        if not related or "${" in was:
            continue
        if is_namespace:
            message = f"the Namespace '{was}' is renamed to '{field.text}' by targetNamespace"
        else:
            message = f"the namespace '{was}' is overwritten by '{field.text}'"
        found.setdefault(field.location, Problem(message, field, related))
    return list(found.values())


def _written(field: Field) -> str:
    """The text that stands in the file."""
    if field.node is None:
        return ""
    start, end = field.node.span
    return field.node.source.text[start:end].strip("\"'")
