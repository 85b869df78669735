"""Rule namespace-without-prune-guard."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.trees import reached
from opencode_policy.known_objects import in_inventory
from opencode_policy.nearest import nearest
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_GUARD = "kustomize.toolkit.fluxcd.io/prune"
_DISABLED = "disabled"
_FILE = "kubernetes/apps/demo/namespace.yaml"


class NamespaceWithoutPruneGuard(Rule):
    """The namespace of a workspace is not declared, not applied, or not kept from pruning.

    Flux takes the guard as a label or as an annotation and compares its value without regard to case
    (fluxcd/pkg ssa/utils, AnyInMetadata).
    """

    requirements = ("INFRA-01",)
    why = (
        "Flux deletes what disappears from its sources. A namespace that vanishes in a rename or a bad merge "
        "takes every object in it along, the volumes with all sessions included; only the guard prevents it."
    )
    fix = (
        "Declare the Namespace in the aggregator's folder, list it there, and label it "
        "`kustomize.toolkit.fluxcd.io/prune: disabled`."
    )
    good = (
        Example(
            "an annotation does as well as a label, in any case",
            {
                _FILE: """\
apiVersion: v1
kind: Namespace
metadata:
  name: demo
  annotations: {"kustomize.toolkit.fluxcd.io/prune": "Disabled"}
"""
            },
        ),
        Example(
            "a label that the kustomization sets on everything",
            {
                _FILE: """\
apiVersion: v1
kind: Namespace
metadata:
  name: demo
""",
                "kubernetes/apps/demo/kustomization.yaml": """\
kind: Kustomization
labels:
  - pairs:
      kustomize.toolkit.fluxcd.io/prune: disabled
resources: [namespace.yaml, demo/ks.yaml]
""",
            },
        ),
        Example(
            "another namespace without a guard is nobody's business here",
            {
                "kubernetes/apps/other/namespace.yaml": """\
apiVersion: v1
kind: Namespace
metadata:
  name: other
"""
            },
        ),
    )
    bad = (
        Example(
            "no guard",
            {
                _FILE: """\
apiVersion: v1
kind: Namespace
metadata:  # <- the namespace demo lacks the label 'kustomize.toolkit.fluxcd.io/prune: disabled'
  name: demo
  labels:
    kustomize.toolkit.fluxcd.io/reconcile: disabled
"""
            },
        ),
        Example(
            "the guard is switched off",
            {
                _FILE: """\
apiVersion: v1
kind: Namespace
metadata:
  name: demo
  labels:
    kustomize.toolkit.fluxcd.io/prune: enabled  # <- the prune guard is 'enabled' instead of 'disabled'
"""
            },
        ),
        Example(
            "the guard's name is misspelt",
            {
                _FILE: """\
apiVersion: v1
kind: Namespace
metadata:
  name: demo
  labels:
    io/prune: disabled  # <- 'io/prune' guards nothing; did you mean 'kustomize.toolkit.fluxcd.io/prune'?
"""
            },
        ),
        Example(
            "declared, but listed nowhere",
            {
                _FILE: """\
apiVersion: v1
kind: Namespace
metadata:
  name: demo  # <- no Flux Kustomization applies the namespace demo
  labels:
    kustomize.toolkit.fluxcd.io/prune: disabled
""",
                "kubernetes/apps/demo/kustomization.yaml": "resources: [demo/ks.yaml]\n",
            },
        ),
        Example(
            "not declared at all",
            {
                _FILE: "",
                "kubernetes/apps/demo/kustomization.yaml": "resources: [demo/ks.yaml]\n",
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo
  namespace: flux-system
spec:
  targetNamespace: demo  # <- the namespace demo is declared nowhere in the tree
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        name = workspace.spec.namespace
        declared = [item for item in workspace.tree.of_kind("Namespace") if item.name == name]
        if not declared:
            yield _absent(workspace, name)
            return
        applied_by = reached(workspace.tree)
        for namespace in declared:
            yield _judged(namespace, is_applied=namespace.applied_by in applied_by)


def _absent(workspace: WorkspaceTree, name: str) -> Outcome:
    if in_inventory(workspace.tree, "Namespace", name):
        reason = f"the cluster has the namespace {name} already, and whether it is guarded shows only there"
        return Unknown(reason, workspace.anchor)
    if workspace.build is None or workspace.build.resource is None:
        return Unknown(f"neither {workspace.name} nor its namespace {name} is in the tree")
    target = workspace.build.resource["spec"]["targetNamespace"]
    return Problem(f"the namespace {name} is declared nowhere in the tree", target)


def _judged(namespace: Resource, *, is_applied: bool) -> Outcome:
    name = namespace.name
    if not is_applied:
        return Problem(f"no Flux Kustomization applies the namespace {name}", namespace["metadata"]["name"])
    written = [guard for guard in _guards(namespace) if guard]
    for guard in written:
        if guard.text.casefold() == _DISABLED:
            return Proof(f"the namespace {name} is applied and never pruned", guard)
    if written:
        message = f"the prune guard is '{written[0].text}' instead of '{_DISABLED}'"
        return Problem(message, written[0])
    for key, field in _entries(namespace):
        if nearest(key.rpartition("/")[2], [_GUARD.rpartition("/")[2]]):
            return Problem(f"'{key}' guards nothing; did you mean '{_GUARD}'?", field.key_location)
    return Problem(f"the namespace {name} lacks the label '{_GUARD}: {_DISABLED}'", namespace["metadata"])


def _entries(namespace: Resource) -> Iterator[tuple[str, Field]]:
    for place in ("labels", "annotations"):
        yield from namespace["metadata"][place].entries()


def _guards(namespace: Resource) -> list[Field]:
    """Where Flux looks for the guard."""
    return [namespace["metadata"][place][_GUARD] for place in ("labels", "annotations")]
