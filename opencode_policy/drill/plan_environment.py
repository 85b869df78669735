"""The environment of a container with every value in it, as the kubelet makes it.

The order is that of kubernetes/kubernetes pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables: Services,
then `envFrom`, then `env` from top to bottom with `$(NAME)` replaced by what is known up to there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from opencode_policy.drill.plan import Blocked
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

POD_IP = "127.0.0.2"
"""Address of a Pod in its own network. A server that listens on 127.0.0.1 only is not reached by it."""

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\((?P<name>[^)]*)\))")
_API_SERVER = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@dataclass(frozen=True, slots=True)
class Known:
    """The tree, and the Secrets that exist: text by key, by namespace and name."""

    tree: Tree
    secrets: Mapping[tuple[str, str], Mapping[str, str]]

    def config_map(self, name: str, namespace: str) -> Resource | None:
        """A ConfigMap of the tree."""
        return self.tree.get("ConfigMap", name, namespace)


@dataclass(slots=True)
class ContainerEnvironment:
    """Variables by name; `blocked` tells why the kubelet would not start the container."""

    variables: dict[str, str] = field(default_factory=dict)
    blocked: Blocked | None = None

    def expand(self, text: str) -> str:
        """A text with `$(NAME)` replaced; unknown names stay, `$$` becomes `$`."""
        return _REFERENCE.sub(self._replaced, text)

    def _replaced(self, match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        return self.variables.get(match["name"], match[0])

    def block(self, words: str, at: Field) -> None:
        """The first obstacle counts: the kubelet stops there."""
        self.blocked = self.blocked or Blocked(words, at)


def environment_of(container: Container, known: Known) -> ContainerEnvironment:
    """The environment of a container; the image's own PATH and HOME are not in it."""
    environment = ContainerEnvironment(dict(_API_SERVER))
    if container.pod.spec["enableServiceLinks"].value is not False:
        environment.variables.update(_service_links(container, known))
    for entry in container.field["envFrom"]:
        _bulk(environment, container, entry, known)
    for entry in container.field["env"]:
        _single(environment, container, entry, known)
    return environment


def _service_links(container: Container, known: Known) -> Iterator[tuple[str, str]]:
    """The two variables of each Service that programs trip over most."""
    for service in known.tree.of_kind("Service", container.pod.workload.namespace):
        name = re.sub(r"[^A-Z0-9]", "_", service.name.upper())
        for port in list(service["spec"]["ports"])[:1]:
            yield f"{name}_SERVICE_HOST", "10.96.0.10"
            yield f"{name}_SERVICE_PORT", port["port"].text
            yield f"{name}_PORT", f"tcp://10.96.0.10:{port['port'].text}"


def _bulk(environment: ContainerEnvironment, container: Container, entry: Field, known: Known) -> None:
    prefix, namespace = entry["prefix"].text, container.pod.workload.namespace
    for kind, source in (("configMap", entry["configMapRef"]), ("secret", entry["secretRef"])):
        if not source:
            continue
        data = _data(known, kind, source["name"].text, namespace)
        if data is None and source["optional"].value is not True:
            environment.block(f'{kind.lower()} "{source["name"].text}" not found', source["name"])
        environment.variables.update({prefix + key: value for key, value in (data or {}).items()})


def _single(environment: ContainerEnvironment, container: Container, entry: Field, known: Known) -> None:
    name, source = entry["name"].text, entry["valueFrom"]
    if not source:
        environment.variables[name] = environment.expand(entry["value"].text)
        return
    if source["fieldRef"]:
        environment.variables[name] = _of_pod(container, source["fieldRef"]["fieldPath"].text)
        return
    for kind, key in (("configMap", "configMapKeyRef"), ("secret", "secretKeyRef")):
        if source[key]:
            value = _of_key(environment, container, source[key], known, kind)
            if value is not None:
                environment.variables[name] = value
            return
    environment.variables[name] = ""


def _of_key(
    environment: ContainerEnvironment, container: Container, reference: Field, known: Known, kind: str
) -> str | None:
    """The value of one key; None for an optional one, or where the container is blocked."""
    name, namespace = reference["name"].text, container.pod.workload.namespace
    data = _data(known, kind, name, namespace)
    if data is not None and reference["key"].text in data:
        return data[reference["key"].text]
    if reference["optional"].value is True:
        return None
    if data is None:
        environment.block(f'{kind.lower()} "{name}" not found', reference["name"])
    else:
        words = f"couldn't find key {reference['key'].text} in {kind.capitalize()} {namespace}/{name}"
        environment.block(words, reference["key"])
    return None


def _data(known: Known, kind: str, name: str, namespace: str) -> Mapping[str, str] | None:
    if kind == "secret":
        return known.secrets.get((namespace, name))
    resource = known.config_map(name, namespace)
    return None if resource is None else {key: value.text for key, value in resource["data"].entries()}


def _of_pod(container: Container, path: str) -> str:
    pod = container.pod
    return {
        "metadata.name": f"{pod.workload.name}-0",
        "metadata.namespace": pod.workload.namespace,
        "metadata.uid": "00000000-0000-4000-8000-000000000000",
        "spec.nodeName": "node",
        "spec.serviceAccountName": pod.spec["serviceAccountName"].text or "default",
        "status.hostIP": "127.0.0.1",
        "status.podIP": POD_IP,
        "status.podIPs": POD_IP,
    }.get(path, "")
