"""The environment and the arguments that the kubelet gives a container, as far as the files tell.

The order is that of kubernetes/kubernetes pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables: `envFrom`
first, a later source over an earlier one, then `env` from top to bottom, where `$(NAME)` is replaced by
what is known up to there; the last entry of a name wins. Variables for Services (enableServiceLinks) and
those of the image are not in the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal
from weakref import WeakKeyDictionary

from opencode_policy.lean import dataclass
from opencode_policy.pods.expansion import expanded, sole_reference
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

Origin = Literal["literal", "Secret", "ConfigMap", "pod", "nothing", "unknown"]
"""What an entry takes its value from.

`pod` stands for a field of the pod or of its resources, `nothing` for an entry that gives no value, `unknown`
for a source that is not known here.
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a container.

    `value` is None where the files do not show it. `at` is the field that holds the value, be it in a
    ConfigMap; `given_at` is where the pod's spec says so: the value, the key of a reference, or the name of a
    whole Secret or ConfigMap. `holder` and `key` name what holds the value if not the pod's spec. `referred`
    is the variable that a value of the form `$(NAME)` stands for.
    """

    name: str
    value: str | None
    origin: Origin
    at: Field
    given_at: Field
    holder: str = ""
    key: str = ""
    referred: Variable | None = None

    @property
    def source(self) -> Variable:
        """The variable whose value this is: itself, or the last one that it stands for."""
        return self.referred.source if self.referred else self

    @property
    def optional_at(self) -> Field:
        """The `optional` of the reference; a missing field where it has none."""
        return (self.given_at.parent or self.given_at)["optional"]


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of a container by name.

    `unread` are sources of `envFrom` that no file shows: they may bring variables of any name.
    """

    container: Container
    variables: Mapping[str, Variable]
    unread: tuple[Field, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether there are no variables but these."""
        return not self.unread

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

    def expand(self, text: str) -> str | None:
        """A text as the kubelet expands it; None where a part of it is not in the files."""
        return _expand(text, self.variables)

    @property
    def argv(self) -> list[tuple[Field, str | None]]:
        """The elements of `command` and `args` with their texts after expansion."""
        return [(field, self.expand(field.text)) for field in self.container.argv]


_ENVIRONMENTS: WeakKeyDictionary[Tree, dict[tuple[int, object], Environment]] = WeakKeyDictionary()


def environment_of(tree: Tree, container: Container) -> Environment:
    """The environment of a container of the tree; worked out once for all views of the container."""
    known = _ENVIRONMENTS.setdefault(tree, {})
    key = id(container.pod.workload), container.field.path
    if key not in known:
        known[key] = _made(tree, container)
    return known[key]


def _made(tree: Tree, container: Container) -> Environment:
    found: dict[str, Variable] = {}
    unread: list[Field] = []
    for entry in container.field["envFrom"]:
        for item in _bulk(tree, container, entry):
            if isinstance(item, Variable):
                found[item.name] = item
            else:
                unread.append(item)
    for entry in container.field["env"]:
        variable = _single(tree, container, entry, found)
        if variable is not None:
            found[variable.name] = variable
    return Environment(container, found, tuple(unread))


def _expand(text: str, variables: Mapping[str, Variable]) -> str | None:
    unknown = False

    def value_of(name: str) -> str | None:
        nonlocal unknown
        variable = variables.get(name)
        unknown = unknown or (variable is not None and variable.value is None)
        return variable.value if variable else None

    result = expanded(text, value_of)
    return None if unknown else result


def _single(tree: Tree, container: Container, entry: Field, known: Mapping[str, Variable]) -> Variable | None:
    """The variable of an entry of `env`; None for an optional one whose source is known to be absent."""
    name, value, source = entry["name"].text, entry["value"], entry["valueFrom"]
    if value.text:
        referred = known.get(sole_reference(value.text) or "")
        return Variable(name, _expand(value.text, known), "literal", value, value, referred=referred)
    if source["secretKeyRef"]:
        holder, key = source["secretKeyRef"]["name"], source["secretKeyRef"]["key"]
        return Variable(name, None, "Secret", key, key, holder.text, key.text)
    if source["configMapKeyRef"]:
        return _from_config_map(tree, container, name, source["configMapKeyRef"])
    if source["fieldRef"] or source["resourceFieldRef"]:
        return _from_pod(container, name, source)
    if source:
        return Variable(name, None, "unknown", source, source)
    at = value if value.exists else entry["name"]
    return Variable(name, "", "literal" if value.exists else "nothing", at, at)


def _from_config_map(tree: Tree, container: Container, name: str, reference: Field) -> Variable | None:
    holder, key = reference["name"].text, reference["key"]
    config_map = _config_map(tree, container, holder)
    value = config_map["data"][key.text] if config_map else None
    if value is not None and value.exists:
        return Variable(name, value.text, "ConfigMap", value, key, holder, key.text)
    if config_map is not None and reference["optional"].value is True:
        return None
    return Variable(name, None, "ConfigMap", key, key, holder, key.text)


def _from_pod(container: Container, name: str, source: Field) -> Variable:
    path = source["fieldRef"]["fieldPath"]
    value = container.pod.workload.namespace if path.text == "metadata.namespace" else None
    at = path if source["fieldRef"] else source
    return Variable(name, value, "pod", at, source)


def _bulk(tree: Tree, container: Container, entry: Field) -> Iterator[Variable | Field]:
    """The variables of an entry of `envFrom`, and its name where the files do not show all of them."""
    prefix = entry["prefix"].text
    if entry["configMapRef"]:
        at = entry["configMapRef"]["name"]
        config_map = _config_map(tree, container, at.text)
        if config_map is None and entry["configMapRef"]["optional"].value is not True:
            yield at
        for key, value in config_map["data"].entries() if config_map else ():
            yield Variable(prefix + key, value.text, "ConfigMap", value, at, at.text, key)
    elif entry["secretRef"]:
        at = entry["secretRef"]["name"]
        makers = flow_of(tree).makers(container.pod.workload.namespace, at.text)
        if not makers or any(maker.opaque for maker in makers):
            yield at
        for key in (key for maker in makers for key in maker.keys):
            yield Variable(prefix + key, None, "Secret", at, at, at.text, key)


def _config_map(tree: Tree, container: Container, name: str) -> Resource | None:
    return tree.get("ConfigMap", name, container.pod.workload.namespace) if name else None
