"""Containers in the values of a chart that is not understood: what starts a shell is read all the same.

Only the script is known of such a container, and the list of variables beside it; where the chart puts it is
not. So it stands in a pod of its own, without image, volumes and labels.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.release import Release
from opencode_policy.helm.synthesis import Part, derived, mapping, sequence
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field
from opencode_policy.shell.interpreter import interpreter

_ARGUMENTS = ("command", "args")


def loose_pod(release: Release, values: Field) -> MappingNode | None:
    """A pod of the containers in the values that start a shell, None where there are none."""
    found = [_container(item) for item in _shells(values)]
    if not found:
        return None
    metadata = {
        "name": derived(release.name_at, release.name),
        "namespace": derived(release.name_at, release.namespace),
    }
    entries: dict[str, Part] = {
        "apiVersion": derived(values, "v1"),
        "kind": derived(values, "Pod"),
        "metadata": mapping(values, metadata),
        "spec": mapping(values, {"containers": sequence(values, found)}),
    }
    return mapping(values, entries)


def _shells(values: Field) -> Iterator[Field]:
    """Mappings of the values whose command or arguments start a shell, in the order of the file."""
    stack = [values]
    while stack:
        field = stack.pop()
        if field.is_mapping and interpreter([word.text for word in _argv(field)]) is not None:
            yield field
        below = [value for _, value in field.entries()] or list(field)
        stack += reversed(below)


def _argv(field: Field) -> list[Field]:
    words = [word for name in _ARGUMENTS for word in field[name]]
    return [] if any(word.is_mapping or word.is_list for word in words) else words


def _container(field: Field) -> MappingNode:
    name = field["name"]
    env = [item.node for item in field["env"] if item["name"].text]
    return mapping(
        field,
        {
            "name": name if name.text else derived(field, str(field.path[-1])),
            **{word: sequence(field[word], list(field[word])) for word in _ARGUMENTS if list(field[word])},
            "env": sequence(field["env"], env) if env else None,
        },
    )
