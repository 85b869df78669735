"""How a workspace asks the secret store for the names that the policy agrees on, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencode_policy.location import Related
from opencode_policy.nearest import nearest
from opencode_policy.outcome import Problem, Unknown
from opencode_policy.resource import Field
from opencode_policy.secrets.external_secret import KIND, Fetch, fetches, finds, target_name, wholesale
from opencode_policy.secrets.flow import fetched
from opencode_policy.tree import WorkspaceTree

_PARTS = {
    "property": "asks for a part of",
    "version": "asks for one version of",
}
"""Options of `remoteRef` by which the value as it is now is not what is asked for."""


def fetches_of(workspace: WorkspaceTree, name: str) -> list[Fetch]:
    """Entries by which the workspace fetches a name."""
    return [fetch for fetch in fetched(workspace) if fetch.name == name]


def foreign(workspace: WorkspaceTree) -> Iterator[tuple[str, Problem]]:
    """Fetches of what another workspace has, by the role of it."""
    own = workspace.spec.secrets
    others = {
        name: (role, spec.name)
        for spec in workspace.policy.settings.workspaces
        for role, name in spec.secrets.items()
        if name not in own.values()
    }
    for fetch in fetched(workspace):
        if fetch.name in others:
            role, other = others[fetch.name]
            instead = f"; {workspace.name} has {own[role]}" if role in own else ""
            yield role, Problem(f"{fetch.name} is the {role} of {other}{instead}", fetch.remote["key"])


def patterns(workspace: WorkspaceTree) -> Iterator[tuple[Field, list[str]]]:
    """Every `find` of the workspace that matches agreed names, and these."""
    for resource in workspace.of_kind(KIND):
        for how, field in wholesale(resource):
            names = [name for name in workspace.spec.secrets.values() if finds(field, name)]
            if how == "find" and names:
                yield field, names


def misused(workspace: WorkspaceTree, name: str) -> Iterator[Problem]:
    """Ways of fetching a name that do not give its value as it is."""
    for resource in workspace.of_kind(KIND):
        for how, field in wholesale(resource):
            if how == "extract" and field["key"].text == name:
                words = f"extract takes {name} apart as JSON instead of fetching it as it is"
                yield Problem(words, field["key"])
    for fetch in fetches_of(workspace, name):
        for option, words in _PARTS.items():
            if fetch.remote[option]:
                yield Problem(f"{option} {words} {name}", fetch.remote[option])


def repeated(workspace: WorkspaceTree, name: str) -> Iterator[Problem]:
    """Second fetches of a name, in the workspace and in what belongs to no workspace."""
    found = fetches_of(workspace, name)
    for fetch in found[1:]:
        first = Related("first fetched here", found[0].remote["key"].location)
        yield Problem(f"{name} is fetched twice", fetch.remote["key"], (first,))
    for fetch in _elsewhere(workspace) if found else ():
        resource = fetch.entry.resource
        if fetch.name == name and resource.applied_by is not None:
            words = f"{resource.id}, which is not of {workspace.name}, fetches {name} as well"
            yield Problem(words, fetch.remote["key"])


def _elsewhere(workspace: WorkspaceTree) -> Iterator[Fetch]:
    """Fetches by ExternalSecrets of the tree that belong to no workspace."""
    claimed = {id(item) for each in workspace.tree.workspaces for item in each.resources}
    for resource in workspace.tree.of_kind(KIND):
        if id(resource) not in claimed:
            yield from fetches(resource)


def misspelt(workspace: WorkspaceTree, name: str) -> Problem | None:
    """What stands in place of a name that nothing fetches, if something does."""
    agreed = workspace.spec.secrets.values()
    known = {key for spec in workspace.policy.settings.workspaces for key in spec.secrets.values()}
    for fetch in fetched(workspace):
        if fetch.name in known:
            continue
        at = fetch.remote["key"]
        if fetch.key == name:
            return Problem(f"the key is '{fetch.name}', and {name} stands in secretKey", at)
        if nearest(fetch.name, agreed) == name:
            return Problem(f"'{fetch.name}' is not the agreed name; did you mean '{name}'?", at)
    return None


def absent(workspace: WorkspaceTree, names: Sequence[str]) -> Problem | Unknown:
    """What to say of names that the workspace does not fetch, where they ought to stand."""
    for fetch in _elsewhere(workspace):
        if fetch.name in names:
            resource = fetch.entry.resource
            applied = f"applied by {resource.applied_by}" if resource.applied_by else "not applied"
            words = f"this ExternalSecret is {applied}, and nothing of {workspace.name} fetches "
            return Problem(words + ", ".join(names), resource["metadata"]["name"])
    place = home(workspace)
    if place is None:
        return Unknown(f"there is no workspace {workspace.name} that could fetch {', '.join(names)}")
    return Problem(f"nothing fetches {', '.join(names)}", place)


def home(workspace: WorkspaceTree) -> Field | None:
    """Where the names of a workspace ought to stand.

    That is the data of the ExternalSecret that fetches others of them, or whose Secret a pod takes; else the
    name of the workspace's Kustomization, if there is one.
    """
    agreed = workspace.spec.secrets.values()
    taken = {reference.secret for pod in workspace.pods for reference in pod.secret_references()}
    for resource in workspace.of_kind(KIND):
        fits = any(fetch.name in agreed for fetch in fetches(resource))
        if fits or target_name(resource).text in taken:
            return resource["spec"]["data"]
    return workspace.anchor
