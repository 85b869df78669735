"""What pods and their workloads refer to: ConfigMaps, Secrets and their keys, accounts, classes."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.model import Reference
from opencode_policy.graph.pattern import Pattern, matches
from opencode_policy.lean import replace
from opencode_policy.resource import Field, Resource
from opencode_policy.workload import POD_SPEC_PATHS

_CONTAINERS = ("containers", "initContainers")
_OF_POD = (
    Pattern("runs as", "serviceAccountName", "ServiceAccount"),
    Pattern("has the priority", "priorityClassName", "PriorityClass"),
    Pattern("runs by", "runtimeClassName", "RuntimeClass"),
    Pattern("pulls with", "imagePullSecrets.*", "Secret", name="name"),
    *(
        Pattern(
            "reads", f"{where}.*.env.*.valueFrom.{key}", kind, name="name", part="key", optional="optional"
        )
        for where in _CONTAINERS
        for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret"))
    ),
    *(
        Pattern("reads", f"{where}.*.envFrom.*.{key}", kind, name="name", optional="optional")
        for where in _CONTAINERS
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret"))
    ),
    Pattern("mounts", "volumes.*.persistentVolumeClaim.claimName", "PersistentVolumeClaim"),
)
_OF_WORKLOAD = {
    "StatefulSet": (
        Pattern("is reached by", "spec.serviceName", "Service"),
        Pattern("is of", "spec.volumeClaimTemplates.*.spec.storageClassName", "StorageClass"),
    )
}
_RELOADS = {
    "configmap.reloader.stakater.com/reload": "ConfigMap",
    "secret.reloader.stakater.com/reload": "Secret",
}
"""Annotations of Reloader that name what a workload restarts for, separated by commas."""


def references(resource: Resource) -> Iterator[Reference]:
    """Everything that a workload and its pod refer to."""
    path = POD_SPEC_PATHS.get(resource.kind)
    if path is None:
        return
    prefix = ".".join(path)
    yield from matches(resource, _below(prefix))
    yield from matches(resource, _OF_WORKLOAD.get(resource.kind, ()))
    for volume in resource.field.at(*path)["volumes"]:
        yield from _volume(resource, volume)
    yield from _reloads(resource)


_PATTERNS: dict[str, tuple[Pattern, ...]] = {}


def _below(prefix: str) -> tuple[Pattern, ...]:
    """The patterns of a pod where the pod's spec stands at a path."""
    if prefix not in _PATTERNS:
        _PATTERNS[prefix] = tuple(replace(item, path=f"{prefix}.{item.path}") for item in _OF_POD)
    return _PATTERNS[prefix]


def _volume(resource: Resource, volume: Field) -> Iterator[Reference]:
    """ConfigMaps and Secrets of a volume, with the keys that it picks."""
    for source in (volume, *volume["projected"]["sources"]):
        name = "secretName" if source is volume else "name"
        yield from _picked(resource, source["secret"], "Secret", source["secret"][name])
        yield from _picked(resource, source["configMap"], "ConfigMap", source["configMap"]["name"])


def _picked(resource: Resource, source: Field, kind: str, name: Field) -> Iterator[Reference]:
    if not name.text:
        return
    optional = source["optional"].value is True
    whole = Reference(resource, "mounts", kind, resource.namespace, name.text, name, optional=optional)
    items = [item["key"] for item in source["items"] if item["key"].text]
    for key in items:
        yield Reference(
            resource, "mounts", kind, resource.namespace, name.text, name, key.text, key, optional=optional
        )
    if not items:
        yield whole


def _reloads(resource: Resource) -> Iterator[Reference]:
    """What Reloader is told to restart the workload for; a name that does not exist does nothing."""
    for key, kind in _RELOADS.items():
        at = resource["metadata"]["annotations"][key]
        for name in filter(None, (part.strip() for part in at.text.split(","))):
            yield Reference(resource, "restarts for", kind, resource.namespace, name, at)
