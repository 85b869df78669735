"""The environment and the arguments that the kubelet gives a container, as far as the files tell.

The order is that of kubernetes/kubernetes pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables: `envFrom`
first, a later source over an earlier one, then `env` from top to bottom, where `$(NAME)` is replaced by
what is known up to there; the last entry of a name wins. Variables for Services (enableServiceLinks) and
those of the image are not in the files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

Origin = Literal["value", "secret", "pod", "unknown"]
"""Where a value comes from: the files, a Secret, the pod itself (its name, its IP), or out of sight."""

_RANK: Mapping[Origin, int] = {"value": 0, "unknown": 1, "pod": 2, "secret": 3}
_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\((?P<name>[^)]*)\))")


@dataclass(frozen=True, slots=True)
class Expansion:
    """A text after `$(NAME)` was replaced; None where a part of it is not in the files."""

    text: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: `value` is None where `origin` is not `value`, `at` is what sets it."""

    name: str
    value: str | None
    origin: Origin
    at: Field


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of a container by name; with `closed` False there may be others from out of sight."""

    container: Container
    variables: Mapping[str, Variable]
    closed: bool

    def get(self, name: str) -> Variable | None:
        """A variable that the manifest sets."""
        return self.variables.get(name)

    def value(self, name: str) -> str | None:
        """Its value; None where it is not set or not known."""
        variable = self.variables.get(name)
        return variable.value if variable else None

    def place(self, name: str) -> Field:
        """Where it is set, or where it would be."""
        variable = self.variables.get(name)
        return variable.at if variable else self.container.field["env"]

    def expand(self, text: str) -> Expansion:
        """A text as the kubelet expands it: unknown names stay, `$$` becomes `$`."""
        return _expand(text, self.variables)

    @property
    def argv(self) -> list[tuple[Field, str | None]]:
        """The elements of `command` and `args` with their texts after expansion."""
        return [(field, self.expand(field.text).text) for field in self.container.argv]


def environment_of(tree: Tree, container: Container) -> Environment:
    """The environment of a container."""
    found: dict[str, Variable] = {}
    closed = True
    for entry in container.field["envFrom"]:
        variables = _bulk(tree, container, entry)
        closed = closed and variables is not None
        found.update({item.name: item for item in variables or ()})
    for entry in container.field["env"]:
        variable = _single(tree, container, entry, found)
        if variable is not None:
            found[variable.name] = variable
    return Environment(container, found, closed)


def _expand(text: str, variables: Mapping[str, Variable]) -> Expansion:
    origins: list[Origin] = ["value"]

    def replaced(match: re.Match[str]) -> str:
        variable = variables.get(match["name"] or "")
        if match["dollar"] or variable is None:
            return "$" if match["dollar"] else match[0]
        origins.append(variable.origin)
        return variable.value or ""

    result = _REFERENCE.sub(replaced, text)
    worst = max(origins, key=_RANK.__getitem__)
    return Expansion(result if worst == "value" else None, worst)


def _single(tree: Tree, container: Container, entry: Field, known: Mapping[str, Variable]) -> Variable | None:
    """The variable of an entry of `env`; None for an optional one whose source is known to be absent."""
    name, value = entry["name"].text, entry["value"]
    if value.text:
        expansion = _expand(value.text, known)
        return Variable(name, expansion.text, expansion.origin, value)
    source = entry["valueFrom"]
    if source["secretKeyRef"]:
        return Variable(name, None, "secret", source["secretKeyRef"]["key"])
    if source["configMapKeyRef"]:
        return _from_config_map(tree, container, name, source["configMapKeyRef"])
    if source["fieldRef"]:
        return _from_pod(container, name, source["fieldRef"]["fieldPath"])
    if source:
        return Variable(name, None, "unknown", source)
    return Variable(name, "", "value", value if value.exists else entry["name"])


def _from_config_map(tree: Tree, container: Container, name: str, reference: Field) -> Variable | None:
    config_map = _config_map(tree, container, reference["name"].text)
    if config_map is None:
        return Variable(name, None, "unknown", reference["key"])
    value = config_map["data"][reference["key"].text]
    if not value.exists:
        optional = reference["optional"].value is True
        return None if optional else Variable(name, None, "unknown", reference["key"])
    return Variable(name, value.text, "value", value)


def _from_pod(container: Container, name: str, path: Field) -> Variable:
    if path.text == "metadata.namespace":
        return Variable(name, container.pod.workload.namespace, "value", path)
    return Variable(name, None, "pod", path)


def _bulk(tree: Tree, container: Container, entry: Field) -> list[Variable] | None:
    """The variables of an entry of `envFrom`; None where the files do not tell which."""
    prefix = entry["prefix"].text
    if entry["configMapRef"]:
        config_map = _config_map(tree, container, entry["configMapRef"]["name"].text)
        if config_map is None:
            return [] if entry["configMapRef"]["optional"].value is True else None
        return [
            Variable(prefix + key, value.text, "value", value) for key, value in config_map["data"].entries()
        ]
    if entry["secretRef"]:
        keys = _secret_keys(tree, container, entry["secretRef"]["name"].text)
        at = entry["secretRef"]["name"]
        return None if keys is None else [Variable(prefix + key, None, "secret", at) for key in keys]
    return []


def _config_map(tree: Tree, container: Container, name: str) -> Resource | None:
    return tree.get("ConfigMap", name, container.pod.workload.namespace)


def _secret_keys(tree: Tree, container: Container, name: str) -> list[str] | None:
    makers = flow_of(tree).makers(container.pod.workload.namespace, name)
    if not makers or any(maker.opaque for maker in makers):
        return None
    return [key for maker in makers for key in maker.keys]
