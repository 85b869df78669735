"""Pods in the namespaces of the workspaces that belong to none of them, or not to its server."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod


def pods_beside(workspace: WorkspaceTree, pod: Pod | None) -> Iterator[Pod]:
    """Pods of a workspace besides one; a CronJob that is suspended runs nothing."""
    for other in workspace.pods:
        if (pod is None or other.workload is not pod.workload) and not suspended(other):
            yield other


def stray_pods(tree: Tree) -> Iterator[Pod]:
    """Pods in the workspaces' namespaces that no workspace applies."""
    namespaces = {workspace.spec.namespace for workspace in tree.workspaces}
    own = {id(item) for workspace in tree.workspaces for item in workspace.resources}
    for pod in tree.pods:
        if pod.workload.namespace in namespaces and id(pod.workload) not in own and not suspended(pod):
            yield pod


def suspended(pod: Pod) -> bool:
    """Whether a Job or CronJob is switched off."""
    return pod.workload["spec"]["suspend"].value is True
