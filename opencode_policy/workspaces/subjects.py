"""What a rule says of a workspace that lacks what the rule judges."""

from __future__ import annotations

from opencode_policy.outcome import Unknown
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workspaces.standing import absence


def no_server(workspace: WorkspaceTree) -> Unknown:
    """There is no container that could be the server."""
    return Unknown(f"{workspace.name} has no container {workspace.spec.container}", workspace.anchor)


def no_pod(workspace: WorkspaceTree) -> Unknown:
    """There is no pod, or nothing at all of the workspace."""
    return absence(workspace) or Unknown(f"{workspace.name} has no pod", workspace.anchor)
