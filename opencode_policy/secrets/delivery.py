"""Where a secret is lost on its way from the store into a container, and what changes it underway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencode_policy.outcome import Problem, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.external_secret import (
    Fetch,
    SecretKey,
    creation_policy,
    is_opaque,
    makes_secret,
    target_name,
)
from opencode_policy.secrets.flow import flow_of
from opencode_policy.secrets.store_names import fetches_of, home
from opencode_policy.tree import WorkspaceTree

Loss = tuple[str, Field]
"""What is wrong, in words, and the field that shows it."""


def loss(workspace: WorkspaceTree, role: str, name: str) -> Problem | Unknown:
    """Why no container gets what the store has by this name."""
    if not workspace.pods:
        return Unknown(f"{workspace.name} has no pod that could take its {role}", workspace.anchor)
    for fetch in fetches_of(workspace, name):
        resource = fetch.entry.resource
        if is_opaque(resource):
            words = f"what {resource.id} makes of {name} cannot be read here"
            return Unknown(words, resource["spec"]["target"])
        words, at = _unmade(workspace, fetch) or _untaken(workspace, role, name, fetch)
        return Problem(words, at)
    return _unfetched(workspace, role, name)


def _unfetched(workspace: WorkspaceTree, role: str, name: str) -> Problem | Unknown:
    at = home(workspace)
    words = f"no ExternalSecret of {workspace.name} fetches its {role}, {name}"
    return Unknown(words) if at is None else Problem(words, at)


def _unmade(workspace: WorkspaceTree, fetch: Fetch) -> Loss | None:
    """Why the value lands in no Secret that the workspace's pods can see."""
    resource = fetch.entry.resource
    target = resource["spec"]["target"]
    if not makes_secret(resource):
        at = target["creationPolicy"] if creation_policy(resource) == "None" else target["manifest"]
        return f"{resource.id} makes no Secret", at
    namespaces = {pod.workload.namespace for pod in workspace.pods}
    if resource.namespace not in namespaces:
        words = f"the Secret is made in {resource.namespace}, the pod runs in {', '.join(sorted(namespaces))}"
        return words, resource["metadata"]["namespace"]
    return None


def _untaken(workspace: WorkspaceTree, role: str, name: str, fetch: Fetch) -> Loss:
    """The key that no container takes, or the template that leaves the value out of every key."""
    resource = fetch.entry.resource
    for secret, key in flow_of(workspace.tree).made_of(name, resource.namespace):
        if key.at is not None:
            words = f"no container of {workspace.name} takes '{key.name}' of the Secret {secret.name}"
            return f"{words}, its {role}", key.at
    at = resource["spec"]["target"]["template"]["data"]
    if at:
        return f"the template leaves '{fetch.key}' out, and only its own keys land in the Secret", at
    return f"another entry gives '{fetch.key}' a second value", fetch.entry["secretKey"]


def faults(workspace: WorkspaceTree, name: str, keys: Sequence[SecretKey], served: str) -> Iterator[Loss]:
    """What is wrong with keys that are made of a name in the store and that containers take.

    `served` is the apiVersion that an ExternalSecret must have. The value must arrive whole in one of the
    keys; what else is made of it is no concern.
    """
    resources = {id(key.at.resource): key.at.resource for key in keys if key.at is not None}
    for resource in resources.values():
        yield from _of_resource(workspace, resource, served)
    for fetch in fetches_of(workspace, name):
        option = fetch.alters()
        if option is not None:
            yield f"{option.path[-1]} {option.text} changes the value of {name}", option
    if keys and not any(key.whole for key in keys) and keys[0].at is not None:
        does = "puts text around" if keys[0].added else "does not pass on"
        yield f"the template {does} the value of {name}", keys[0].at


def _of_resource(workspace: WorkspaceTree, resource: Resource, served: str) -> Iterator[Loss]:
    version = resource["apiVersion"]
    if version.text != served:
        yield f"{version.text} is not served, it must be {served}", version
    target = resource["spec"]["target"]
    name = target_name(resource).text
    if not flow_of(workspace.tree).makers(resource.namespace, name):
        yield f"creationPolicy Merge adds to the Secret {name}, which nothing makes", target["creationPolicy"]
    if target["immutable"].value is True:
        yield f"the Secret {name} is immutable, so that no new value ever arrives", target["immutable"]
