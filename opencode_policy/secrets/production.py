"""What is wrong with the making of Secrets that pods take: a template that fails, a second maker."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.outcome import Problem
from opencode_policy.resource import Field
from opencode_policy.secrets.external_secret import fetches
from opencode_policy.secrets.flow import REQUIREMENTS, flow_of
from opencode_policy.secrets.producers import ProducedSecret
from opencode_policy.secrets.roles import RoleProblem, problems
from opencode_policy.tree import WorkspaceTree


def makers_taken(workspace: WorkspaceTree) -> Iterator[list[ProducedSecret]]:
    """What makes each Secret that the workspace's pods take."""
    flow = flow_of(workspace.tree)
    taken = {
        (pod.workload.namespace, reference.secret)
        for pod in workspace.pods
        for reference in pod.secret_references()
    }
    return (flow.makers(*secret) for secret in sorted(taken))


def failing(workspace: WorkspaceTree, makers: list[ProducedSecret]) -> Iterator[Problem]:
    """Templates that take a variable which nothing fetches."""
    for maker in makers:
        for key in maker.keys.values():
            if key.unfetched and key.at is not None:
                words = f"the template takes '{key.unfetched[0]}', which no entry fetches under this name"
                yield from _of_secret(workspace, makers, f"{words}: the Secret {maker.name} fails", key.at)


def made_twice(workspace: WorkspaceTree, makers: list[ProducedSecret]) -> Iterator[Problem]:
    """Further makers of a Secret that one makes already."""
    whole = [maker for maker in makers if not maker.merged]
    for maker in whole[1:]:
        by = whole[0].origin.id if whole[0].origin else "the cluster"
        if maker.at is not None:
            yield from _of_secret(workspace, makers, f"{by} makes the Secret {maker.name} already", maker.at)


def _of_secret(
    workspace: WorkspaceTree, makers: list[ProducedSecret], words: str, at: Field
) -> Iterator[Problem]:
    """A problem of a whole Secret speaks of all roles whose values are in it."""
    origins = [maker.origin for maker in makers if maker.origin is not None]
    names = {fetch.name for origin in origins for fetch in fetches(origin)}
    roles = [role for role in REQUIREMENTS if workspace.spec.secrets.get(role) in names]
    yield from problems(RoleProblem(role, words, at) for role in roles)
    if not roles:
        yield Problem(words, at)
