"""The environment of a container: where each variable comes from.

Of several sources the last one counts, and `env` beats `envFrom` (Kubernetes API, Container: "Values defined
by an Env with a duplicate key will take precedence").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

Origin = Literal["literal", "Secret", "ConfigMap", "pod", "nothing"]
"""`pod` stands for a field of the pod or of its resources, `nothing` for an entry that gives no value."""

_REFERENCES: tuple[tuple[str, Origin], ...] = (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap"))


_EXPANSION = re.compile(r"\$\((?P<name>[A-Za-z_][\w.-]*)\)")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a container.

    `at` is the field that holds the value or names its key, else the Secret or ConfigMap. `value` is the text
    where the tree shows it: a literal, or the entry of a ConfigMap. `holder` and `key` name what holds it
    otherwise.
    """

    name: str
    origin: Origin
    at: Field
    value: str = ""
    holder: str = ""
    key: str = ""

    @property
    def optional_at(self) -> Field:
        """The `optional` of the reference; a missing field where it has none."""
        return (self.at.parent or self.at)["optional"]


def variables(tree: Tree, container: Container) -> dict[str, Variable]:
    """The container's variables by name, as far as tree and inventory show them."""
    found = {variable.name: variable for variable in _bulk(tree, container)}
    for entry in container.field["env"]:
        variable = _variable(tree, container, entry)
        found[variable.name] = variable
    return found


def resolved(known: Mapping[str, Variable], name: str) -> Variable | None:
    """A variable, or the one that its value stands for: the kubelet expands `$(NAME)`."""
    variable = known.get(name)
    for _ in known:
        reference = _EXPANSION.fullmatch(variable.value) if variable else None
        following = known.get(reference["name"]) if reference else None
        if following is None or following is variable:
            break
        variable = following
    return variable


def unread_sources(tree: Tree, container: Container) -> Iterator[Field]:
    """Sources of `envFrom` that may bring variables of any name: what is in them no file shows."""
    for entry in container.field["envFrom"]:
        secret, config_map = entry["secretRef"]["name"], entry["configMapRef"]["name"]
        makers = flow_of(tree).makers(container.pod.workload.namespace, secret.text)
        if secret and (not makers or any(maker.opaque for maker in makers)):
            yield secret
        if config_map and not _config_map(tree, container, config_map.text).exists:
            yield config_map


def _bulk(tree: Tree, container: Container) -> Iterator[Variable]:
    for entry in container.field["envFrom"]:
        prefix = entry["prefix"].text
        secret, config_map = entry["secretRef"]["name"], entry["configMapRef"]["name"]
        for maker in flow_of(tree).makers(container.pod.workload.namespace, secret.text):
            for key in maker.keys:
                yield Variable(prefix + key, "Secret", secret, "", secret.text, key)
        for key, field in _config_map(tree, container, config_map.text).entries():
            yield Variable(prefix + key, "ConfigMap", config_map, field.text, config_map.text, key)


def _variable(tree: Tree, container: Container, entry: Field) -> Variable:
    name, given = entry["name"].text, entry["valueFrom"]
    for reference, origin in _REFERENCES:
        if given[reference]:
            holder, key = given[reference]["name"].text, given[reference]["key"]
            shown = _config_map(tree, container, holder)[key.text].text if origin == "ConfigMap" else ""
            return Variable(name, origin, key, shown, holder, key.text)
    if given:
        return Variable(name, "pod", given)
    value = entry["value"]
    return Variable(name, "literal" if value.exists else "nothing", value, value.text)


def _config_map(tree: Tree, container: Container, name: str) -> Field:
    """Data of a ConfigMap of the tree; a missing field where there is none."""
    found = tree.get("ConfigMap", name, container.pod.workload.namespace) if name else None
    return found["data"] if found else container.field["data"]
