"""Environment of a container, in every shape that the chart takes.

A list as Kubernetes has it, or a mapping of names to a scalar, to `value` or `valueFrom`, or to the content
of `valueFrom` itself; a mapping is put in order by `dependsOn`.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.configuration import named
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.external_secrets import secret_of
from opencode_policy.helm.app_template.order import ordered
from opencode_policy.helm.synthesis import Part, derived, given, mapping, node_of, sequence
from opencode_policy.helm.templates import go_text
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.resource import Field

_KINDS = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
_FROM = {"configMap": ("configMapRef", "ConfigMap"), "secret": ("secretRef", "Secret")}


def environment(context: Context, env: Field) -> SequenceNode | None:
    """The list `env`, None where there is nothing in it."""
    if env.is_list:
        made = [_entry(context, item["name"].node, item) for item in env if item.is_mapping]
    else:
        items = dict(env.entries())
        names = ordered(context, items, "variable")
        made = [_entry(context, derived(items[name].as_key, name), items[name]) for name in names]
    return sequence(env, made) if made else None


def _entry(context: Context, name: Node | None, item: Field) -> MappingNode:
    """One variable of a name."""
    value = item["value"] if item.is_mapping else item
    if not item.is_mapping or value.exists:
        return mapping(item, {"name": name, "value": _value(context, value)})
    source = item["valueFrom"] if item["valueFrom"].exists else item
    return mapping(item, {"name": name, "valueFrom": _source(context, source)})


def _value(context: Context, field: Field) -> Node | None:
    """The value as text: numbers as Go prints them, templates evaluated."""
    node = context.rendered(field)
    if not isinstance(node, ScalarNode) or isinstance(field.value, str):
        return node_of(node)
    text = go_text(field)
    if text is None:
        return None
    change = Change("text", "becomes text here", node.location)
    return node.replaced(text, change, style='"')


def _source(context: Context, field: Field) -> MappingNode:
    """What stands below `valueFrom`, with names in place of identifiers."""
    entries: dict[str, Part] = {}
    for name, value in field.entries():
        if name in ("dependsOn", "name"):
            continue
        kind = _KINDS.get(name)
        entries[name] = _key_reference(context, value, kind) if kind else context.rendered(value)
    return mapping(field, entries)


def _key_reference(context: Context, reference: Field, kind: str) -> Part:
    """A reference to a key of a ConfigMap or a Secret."""
    entries: dict[str, Part] = {name: context.rendered(value) for name, value in reference.entries()}
    identifier = reference["identifier"]
    if identifier.text and not reference["name"].text:
        entries.pop("identifier", None)
        entries["name"] = _by_identifier(context, kind, identifier)
    return mapping(reference, entries)


def environment_from(context: Context, env: Field) -> SequenceNode | None:
    """The list `envFrom`, None where there is nothing in it."""
    made = [mapping(item, dict(_bulk(context, item))) for item in env]
    return sequence(env, [item for item in made if item.entries]) if made else None


def _bulk(context: Context, item: Field) -> Iterator[tuple[str, Part]]:
    """One source of many variables: by identifier or name, in the short form or in Kubernetes' own."""
    if given(item["prefix"]):
        yield "prefix", item["prefix"]
    external = item["externalSecretRef"]
    if external.exists:
        secret = secret_of(context, external["identifier"])
        name_node = derived(secret.at, secret.text) if secret else None
        yield "secretRef", mapping(external, {"name": name_node, "optional": given(external["optional"])})
        return
    for short, (long, kind) in _FROM.items():
        if item[short].exists:
            name = named(context, kind, item[short])
            node = derived(name.at, name.text) if name else context.rendered(item[short])
            yield long, mapping(item[short], {"name": node})
            return
        reference = item[long]
        if reference.exists:
            identifier = reference["identifier"]
            node = (
                _by_identifier(context, kind, identifier)
                if identifier.text
                else context.rendered(reference["name"])
            )
            yield long, mapping(reference, {"name": node, "optional": given(reference["optional"])})
            return


def _by_identifier(context: Context, kind: str, identifier: Field) -> Node:
    name = named(context, kind, identifier)
    if name is None:
        context.mistake(f"there is no {kind} with the identifier '{identifier.text}'", identifier)
    return derived(identifier, name.text if name else identifier.text)
