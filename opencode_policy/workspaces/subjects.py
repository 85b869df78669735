"""What a rule says of a workspace that lacks what the rule judges."""

from __future__ import annotations

from opencode_policy.outcome import Unknown
from opencode_policy.tree import WorkspaceTree


def no_server(workspace: WorkspaceTree) -> Unknown:
    """There is no container that could be the server."""
    return Unknown(f"{workspace.name} has no container {workspace.spec.container}", workspace.anchor)
