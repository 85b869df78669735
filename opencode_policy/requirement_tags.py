"""Which of a rule's requirements speaks of a workspace."""

from __future__ import annotations

from opencode_policy.tree import WorkspaceTree


def tag_of(workspace: WorkspaceTree, *tags: str) -> str | None:
    """The first of some requirements that is the workspace's own; None where the policy has none of them.

    An outcome that names no requirement speaks of all of the rule's, so None is a sound answer.
    """
    for requirement in workspace.policy.requirements:
        if requirement.id in tags and requirement.workspace in (None, workspace.name):
            return requirement.id
    return None
