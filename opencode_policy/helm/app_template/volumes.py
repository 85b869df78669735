"""Volumes of the pods of a controller, by the type of each item of `persistence`."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.claims import CLAIM, claim_name, claim_spec, type_of
from opencode_policy.helm.app_template.configuration import named
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.external_secrets import secret_of
from opencode_policy.helm.app_template.mounts import is_used_by
from opencode_policy.helm.synthesis import Part, derived, given, mapping, sequence
from opencode_policy.nodes import MappingNode, Node, SequenceNode
from opencode_policy.resource import Field

_OBJECTS = {"configMap": "ConfigMap", "secret": "Secret"}
_NAME_KEYS = {"configMap": "name", "secret": "secretName"}


def volumes(context: Context, controller: str, at: Field) -> SequenceNode | None:
    """Volumes of the pods of a controller, None where they have none."""
    made = [
        mapping(item, {"name": derived(item, identifier), **dict(_source(context, identifier, item))})
        for identifier, item in context.enabled("persistence").items()
        if is_used_by(item, controller)
    ]
    return sequence(at, made) if made else None


def _source(context: Context, identifier: str, item: Field) -> Iterator[tuple[str, Part]]:
    """What is behind a volume."""
    kind = type_of(item)
    if kind == CLAIM:
        name = claim_name(context, identifier, item)
        yield CLAIM, mapping(item, {"claimName": derived(name.at, name.text)})
    elif kind in _OBJECTS:
        yield kind, _object(context, kind, item)
    elif kind == "emptyDir":
        yield kind, mapping(item, {name: given(item[name]) for name in ("medium", "sizeLimit")})
    elif kind == "hostPath":
        yield kind, mapping(item, {"path": item["hostPath"], "type": given(item["hostPathType"])})
    elif kind == "nfs":
        yield kind, mapping(item, {"server": item["server"], "path": item["path"]})
    elif kind == "custom":
        yield from _custom(context, item)
    elif kind == "ephemeral":
        template = mapping(item, {"spec": claim_spec(context, item)})
        yield kind, mapping(item, {"volumeClaimTemplate": template})
    elif kind == "image":
        yield (
            kind,
            mapping(item, {"reference": _image(context, item), "pullPolicy": given(item["pullPolicy"])}),
        )
    else:
        context.unknown(f"volumes of the type '{kind}' are not understood", item["type"])


def _object(context: Context, kind: str, item: Field) -> MappingNode:
    """A ConfigMap or a Secret by name, or by its identifier in the same release."""
    name, identifier = item["name"], item["identifier"]
    node: Node | None = context.rendered(name)
    if not name.text and identifier.text:
        found = named(context, _OBJECTS[kind], identifier)
        if found is None:
            words = f"there is no {_OBJECTS[kind]} with the identifier '{identifier.text}'"
            context.mistake(words, identifier)
        node = derived(identifier, found.text if found else identifier.text)
    external = item["externalSecretRef"]
    if kind == "secret" and external.text and not (name.text or identifier.text):
        secret = secret_of(context, external)
        node = derived(external, secret.text) if secret else None
    copied = {word: given(item[word]) for word in ("defaultMode", "items", "optional")}
    return mapping(item, {_NAME_KEYS[kind]: node, **copied})


def _custom(context: Context, item: Field) -> Iterator[tuple[str, Part]]:
    """A volume as it is written out."""
    for name, value in item["volumeSpec"].entries():
        if name != "name":
            yield name, context.copied(value)


def _image(context: Context, item: Field) -> Node | None:
    image = item["image"]
    if not image.is_mapping:
        return context.rendered(image)
    text = context.text(image["repository"])
    for part, mark in (("tag", ":"), ("digest", "@")):
        words = context.text(image[part])
        text += mark + words if words else ""
    return derived(image["repository"], text)
