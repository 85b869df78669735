"""Small trees for the plan: one workspace `demo` with one Deployment."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.drill.plan import PodPlan
from opencode_policy.drill.plan_environment import Known
from opencode_policy.drill.plan_pod import plan_pod
from opencode_policy.pipeline import build_tree
from opencode_policy.source import Source
from opencode_policy.testing import APP, SCAFFOLD, example_policy
from opencode_policy.tree import Tree

DEPLOYMENT = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
spec:
  template:
    spec:
{pod}
"""


def tree_of(*documents: str) -> Tree:
    """A tree whose workspace `demo` applies some documents."""
    files = dict(SCAFFOLD) | {f"{APP}/{number}.yaml": text for number, text in enumerate(documents)}
    listed = "".join(f"  - ./{number}.yaml\n" for number in range(len(documents)))
    files[f"{APP}/kustomization.yaml"] = (
        "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" + listed
    )
    sources = {path: Source(path, text) for path, text in files.items()}
    tree, found = build_tree(sources, example_policy(), folders=["kubernetes"], links={}, missing=())
    assert [item.message for item in found] == []
    return tree


def plan(pod: str, *documents: str, secrets: Mapping[str, Mapping[str, str]] | None = None) -> PodPlan:
    """The plan of a Pod whose spec is given, in a tree with further documents."""
    indented = "".join(f"      {line}\n" for line in pod.splitlines())
    tree = tree_of(DEPLOYMENT.format(pod=indented.rstrip()), *documents)
    known = {("demo", name): dict(data) for name, data in (secrets or {}).items()}
    return plan_pod(tree.pods[0], Known(tree, known))
