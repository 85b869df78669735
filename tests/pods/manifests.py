"""Small pods for tests of what stands beside the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping

from opencode_policy.rules.base import Example
from opencode_policy.testing import example_tree
from opencode_policy.tree import Tree
from opencode_policy.workload import Pod

APP = "kubernetes/apps/demo/demo/app"


def tree_with(*manifests: str) -> Tree:
    """The tree whose one workspace has these manifests."""
    files = {f"{APP}/manifest{index}.yaml": text for index, text in enumerate(manifests)}
    return example_tree(Example("", files))


def pod_with(*manifests: str) -> tuple[Tree, Pod]:
    """The same, with the pod of its Deployment."""
    tree = tree_with(*manifests)
    return tree, tree.pods[0]


def config_map(name: str, data: Mapping[str, str]) -> str:
    """Text of a ConfigMap."""
    lines = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in data.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n{lines}"
