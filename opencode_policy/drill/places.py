"""Which line of the manifests or scripts governs what a drill saw."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.pod_scripts import pod_scripts
from opencode_policy.drill.plan import ContainerPlan
from opencode_policy.outcome import Place
from opencode_policy.resource import Field
from opencode_policy.secrets.flow import uses_of_role
from opencode_policy.tree import WorkspaceTree


def of_container(container: ContainerPlan) -> Place:
    """What starts a container: its last argument, else the name of its image."""
    arguments = [*container.field["command"], *container.field["args"]]
    return arguments[-1] if arguments else container.field["image"]


def of_clone(workspace: WorkspaceTree) -> Place:
    """The line that clones, else what starts the last init container, else the workload."""
    return next(_of_git(workspace, "clone"), None) or of_boot(workspace)


def of_pull(workspace: WorkspaceTree) -> Place:
    """The line that brings a clone up to date."""
    found = next(_of_git(workspace, "pull", "fetch", "merge"), None)
    return found or of_boot(workspace)


def of_working_directory(workspace: WorkspaceTree) -> Place:
    """The server's working directory."""
    return workspace.server.field["workingDir"] if workspace.server else of_boot(workspace)


def of_secret(workspace: WorkspaceTree, role: str) -> Place:
    """Where the secret of a role enters the pod."""
    uses = uses_of_role(workspace, role)
    return uses[0][1].at if uses else of_boot(workspace)


def of_variable(container: ContainerPlan, name: str) -> Field:
    """The entry of `env` that sets a variable, else all of `env`."""
    found = [entry for entry in container.field["env"] if entry["name"].text == name]
    return found[-1]["name"] if found else container.field["env"]


def _of_git(workspace: WorkspaceTree, *names: str) -> Iterator[Place]:
    pod = workspace.pod
    for script in pod_scripts(workspace.tree, pod) if pod else ():
        for call in script.git_calls():
            if call.line.subcommand in names:
                yield script.location(call.span)


def of_boot(workspace: WorkspaceTree) -> Place:
    """What starts the last init container, else the workload's name."""
    pod = workspace.pod
    if pod is None:
        raise LookupError(f"{workspace.name} has no Pod")
    inits = pod.init_containers
    arguments = inits[-1].argv if inits else []
    return arguments[-1] if arguments else pod.workload["metadata"]["name"]
