"""Containers of a controller: identity, image, what they run, and the options they share."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context, enabled
from opencode_policy.helm.app_template.environment import environment, environment_from
from opencode_policy.helm.app_template.mounts import volume_mounts
from opencode_policy.helm.app_template.order import ordered
from opencode_policy.helm.app_template.probes import probes
from opencode_policy.helm.synthesis import Part, derived, given, is_empty, mapping, present, sequence, within
from opencode_policy.helm.templates import go_text
from opencode_policy.lean import dataclass
from opencode_policy.nodes import Change, Entry, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.resource import Field

_COPIED = (
    "workingDir",
    "securityContext",
    "lifecycle",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "stdin",
    "tty",
)
"""Fields that a container has from the values as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One container of the values: `field` with the controller's defaults merged in."""

    controller: str
    identifier: str
    field: Field


def containers(context: Context, identifier: str, controller: Field, section: str) -> SequenceNode | None:
    """Containers of a controller in the order in which the chart writes them; None where there are none."""
    items = dict(enabled(controller[section]))
    what = "init container" if section == "initContainers" else "container"
    made = [
        _container(context, Item(identifier, name, _with_defaults(controller, items[name], section)))
        for name in ordered(context, items, what)
    ]
    return sequence(controller[section], made) if made else None


def _container(context: Context, item: Item) -> MappingNode:
    field = item.field
    override = field["nameOverride"]
    name = context.text(override) or item.identifier
    entries: dict[str, Part] = {
        "name": derived(override if override.text else field, name),
        "image": _image(context, field["image"]),
        "imagePullPolicy": given(field["image"]["pullPolicy"]),
        "command": _words(context, field["command"]),
        "args": _words(context, field["args"]),
        "env": environment(context, field["env"]),
        "envFrom": environment_from(context, field["envFrom"]),
        "volumeMounts": volume_mounts(context, item.controller, item.identifier, field),
        **probes(context, item.controller, field),
    }
    copied = {
        word: _with_key(field[word], context.copied(field[word]))
        for word in present(_COPIED, field)
        if given(field[word])
    }
    return mapping(field, {**entries, **copied})


def _with_key(like: Field, node: Node | None) -> Field | None:
    parent = like.parent
    return within(parent, node, like) if node is not None and parent is not None else None


def _image(context: Context, image: Field) -> Node | None:
    """Repository, tag and digest in one text, which stands where the repository does."""
    if not image.is_mapping:
        return context.rendered(image) if image.text else None
    repository, tag, digest = image["repository"], image["tag"], image["digest"]
    text = context.text(repository)
    changes: list[Change] = []
    for part, mark, what in ((tag, ":", "tag"), (digest, "@", "digest")):
        words = context.text(part)
        if words:
            text += mark + words
            changes.append(Change("image", f"its {what} stands here", part.location))
    return derived(repository if repository.text else image, text, *changes) if text else None


def _words(context: Context, field: Field) -> Part:
    """Command or arguments: a list, or one word that becomes one."""
    node = context.copied(field)
    if field.is_list:
        return _with_key(field, node) if not is_empty(field) else None
    return sequence(field, [node]) if field.text and go_text(field) else None


def _with_defaults(controller: Field, item: Field, section: str) -> Field:
    """The container with `defaultContainerOptions`, by the controller's strategy: overwrite or merge."""
    options = controller["defaultContainerOptions"]
    switch = controller["applyDefaultContainerOptionsToInitContainers"]
    if not options.is_mapping or (section == "initContainers" and switch.value is False):
        return item
    deep = controller["defaultContainerOptionsStrategy"].text == "merge"
    node = dict(_merged(item, options, deep=deep))
    made = item.node.with_entries(node) if isinstance(item.node, MappingNode) else item.node
    return within(controller[section], made, item) if made is not None else item


def _merged(item: Field, options: Field, *, deep: bool) -> Iterator[tuple[str, Entry]]:
    """Entries of a container over those of its defaults."""
    yield from _entries(options)
    for name, value in item.entries():
        below = options[name]
        if is_empty(value) and below.exists:
            continue
        key, node = value.as_key.node, value.node
        if deep and value.is_mapping and below.is_mapping and isinstance(node, MappingNode):
            node = node.with_entries(dict(_merged(value, below, deep=True)))
        if isinstance(key, ScalarNode) and node is not None:
            yield name, (key, node)


def _entries(field: Field) -> Iterator[tuple[str, Entry]]:
    for name, value in field.entries():
        key = value.as_key.node
        if isinstance(key, ScalarNode) and value.node is not None:
            yield name, (key, value.node)
