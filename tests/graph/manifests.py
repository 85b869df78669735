"""Small trees whose references are followed."""

from __future__ import annotations

from collections.abc import Iterable

from opencode_policy.graph.build import Graph, graph_of
from opencode_policy.graph.model import Edge
from opencode_policy.pipeline import build_tree
from opencode_policy.policy.general import general_policy
from opencode_policy.policy.inventory import ClusterFile
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.source import Source
from opencode_policy.tree import Tree
from tests.trees import tree_of

Story = tuple[str, str, str]
"""State, target and message of an edge."""


def tree(*manifests: str, inventory: ClusterFile | None = None) -> Tree:
    """The tree of manifests that a Kustomization of the inventory applies; what says none is in `demo`."""
    return tree_of({"apps/all.yaml": "---\n".join(manifests)}, inventory)[0]


def foreign(*manifests: str) -> Tree:
    """The tree of the same manifests in a repository without a policy."""
    policy = general_policy({rule.id: rule for rule in BUILT_IN})
    sources = {"all.yaml": Source("all.yaml", "---\n".join(manifests))}
    return build_tree(sources, policy)[0]


def graph(*manifests: str, inventory: ClusterFile | None = None) -> Graph:
    """Their graph."""
    return graph_of(tree(*manifests, inventory=inventory))


def stories(edges: Iterable[Edge], relation: str = "") -> list[Story]:
    """What edges say, those of one relation or all."""
    chosen = [edge for edge in edges if relation in ("", edge.relation)]
    return [(edge.state, edge.reference.target, edge.message) for edge in chosen]


def manifest(kind: str, name: str, rest: str = "", *, version: str = "v1", namespace: str = "demo") -> str:
    """Text of an object."""
    place = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{place}}}\n{rest}"


def deployment(name: str, spec: str, *, labels: str = "{}", selector: str = "") -> str:
    """Text of a Deployment with a pod's spec."""
    chosen = f"  selector: {selector}\n" if selector else ""
    body = f"spec:\n{chosen}  template:\n    metadata: {{labels: {labels}}}\n    spec: {spec}\n"
    return manifest("Deployment", name, body, version="apps/v1")
