"""Secrets of a workspace that stand in its manifests in clear, by the role that their name tells."""

from __future__ import annotations

import base64
import binascii
import contextlib
import itertools
import posixpath
from collections.abc import Iterator, Mapping, Sequence

from opencode_policy.detect.names import kind_of_name
from opencode_policy.detect.values import can_be_secret, is_reference
from opencode_policy.expand.files import KUSTOMIZATION_NAMES
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.outcome import Place
from opencode_policy.pods.environment import Variable, variables
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container, Pod


@dataclass(frozen=True, slots=True)
class Literal:
    """A secret in clear: the role it has, what it is, and its place.

    `shown` tells that the value itself stands there; otherwise the place only refers to it.
    """

    role: str
    words: str
    at: Place
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Roles:
    """Variables that hold the secret of a role, whatever their value looks like."""

    variables: Mapping[str, Sequence[str]]

    def named(self, name: str) -> str | None:
        """The role of a variable that is known by name."""
        return next((role for role, names in self.variables.items() if name in names), None)

    def guessed(self, name: str, value: str) -> str | None:
        """The role that a name promises, `token` or `password`, if the value can be one."""
        kind = kind_of_name(name)
        return kind if kind in self.variables and can_be_secret(value) and not value.isdigit() else None


def in_environment(workspace: WorkspaceTree, roles: Roles) -> Iterator[Literal]:
    """Variables whose value stands in the manifest or in a ConfigMap."""
    for container in _containers(workspace):
        for variable in variables(workspace.tree, container).values():
            role = _role_of(variable, roles)
            if role is not None and variable.origin == "ConfigMap":
                words = f"{variable.name} comes from the ConfigMap {variable.holder}"
                yield Literal(role, words, variable.at, shown=False)
            elif role is not None:
                yield Literal(role, f"the value of {variable.name} stands in the manifest", variable.at)


def _role_of(variable: Variable, roles: Roles) -> str | None:
    """The role of a literal; what a name only promises must look like a secret as well."""
    if variable.origin not in ("literal", "ConfigMap"):
        return None
    named = roles.named(variable.name)
    if named is not None:
        known = variable.origin == "ConfigMap" or bool(variable.value)
        return named if known and not is_reference(variable.value) else None
    return roles.guessed(variable.name, variable.value)


def in_arguments(workspace: WorkspaceTree, roles: Roles) -> Iterator[Literal]:
    """Values of options such as `--password`, in the same argument or the next one."""
    for container in _containers(workspace):
        for argument, following in itertools.zip_longest(container.argv, container.argv[1:]):
            name, equals, value = argument.text.partition("=")
            at = argument
            if not equals and following is not None and name.startswith("-"):
                value, at = following.text, following
            role = roles.guessed(name, value) if "\n" not in name and not value.startswith("-") else None
            if role is not None:
                yield Literal(role, f"the value of {name} is an argument of {container.name}", at)


def in_secret_manifests(workspace: WorkspaceTree, roles: Roles) -> Iterator[Literal]:
    """Keys of Secrets that stand in the tree and are not encrypted."""
    used = _keys_of_variables(workspace, roles)
    for resource in workspace.of_kind("Secret"):
        for part in ("stringData", "data"):
            for key, field in resource[part].entries():
                text = _decoded(field.text) if part == "data" else field.text
                role = used.get((resource.name, key)) or roles.guessed(key, text)
                if role is not None and text and not is_reference(field.text):
                    words = f"the Secret {resource.name} has its key '{key}' in git"
                    yield Literal(role, words, field)


def _keys_of_variables(workspace: WorkspaceTree, roles: Roles) -> dict[tuple[str, str], str]:
    """Roles of the keys of Secrets that variables known by name are taken from."""
    return {
        (variable.holder, variable.key): role
        for container in _containers(workspace)
        for variable in variables(workspace.tree, container).values()
        if variable.origin == "Secret" and (role := roles.named(variable.name)) is not None
    }


def _decoded(text: str) -> str:
    """What base64 says; the text itself where it is none."""
    with contextlib.suppress(binascii.Error):
        return base64.b64decode(text).decode(errors="replace")
    return text


def in_generators(workspace: WorkspaceTree, roles: Roles) -> Iterator[Literal]:
    """Literals of the secretGenerators that the workspace's build reads."""
    for path in sorted(workspace.build.files) if workspace.build else ():
        if posixpath.basename(path) in KUSTOMIZATION_NAMES:
            for root in workspace.tree.document_roots(path):
                yield from _generated(root, roles)


def _generated(root: Node, roles: Roles) -> Iterator[Literal]:
    for generator in _items(root, "secretGenerator"):
        for literal in _items(generator, "literals"):
            if isinstance(literal, ScalarNode):
                key, _, value = literal.value.partition("=")
                role = roles.named(key) or roles.guessed(key, value)
                if role is not None and value and not is_reference(value):
                    at: Location = literal.location
                    yield Literal(role, f"the value of {key} stands in the kustomization", at)


def _items(node: Node, key: str) -> Sequence[Node]:
    found = node.get(key) if isinstance(node, MappingNode) else None
    return found.items if isinstance(found, SequenceNode) else ()


def _containers(workspace: WorkspaceTree) -> Iterator[Container]:
    pods: Sequence[Pod] = workspace.pods
    return (container for pod in pods for container in pod.all_containers)
