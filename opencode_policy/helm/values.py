"""The values of a release: references in their order, inline values over them, single paths over all.

As helm-controller documents it (Values references): later references overwrite earlier ones, inline values
overwrite those, and a reference with a `targetPath` overwrites everything before it.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import field

from opencode_policy.helm.embedded import mapping_in
from opencode_policy.helm.merge import marked, merged
from opencode_policy.helm.objects import Objects
from opencode_policy.helm.release import Release
from opencode_policy.helm.target_path import flat_value, put, steps
from opencode_policy.lean import dataclass
from opencode_policy.nodes import Change, MappingNode, ScalarNode
from opencode_policy.outcome import Unknown
from opencode_policy.resource import Field, Resource

_KEY = "values.yaml"
"""The key of a reference that names none."""


@dataclass(slots=True, eq=False)
class Values:
    """Merged values: `root` stands where the release has its values; `unknowns` say what is not in them."""

    root: Field
    unknowns: list[Unknown] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing from them that this tree does not show."""
        return not self.unknowns


def values_of(release: Release, objects: Objects) -> Values:
    """The values of a release, merged as Flux merges them."""
    return _Merge(release, objects).values()


class _Merge:
    def __init__(self, release: Release, objects: Objects) -> None:
        self.release = release
        self.objects = objects
        self.unknowns: list[Unknown] = []
        self.merged: MappingNode | None = None

    def values(self) -> Values:
        inline, references = self.release.spec["values"], list(self.release.spec["valuesFrom"])
        for reference in references:
            if not reference["targetPath"].text:
                self.add(reference)
        if isinstance(inline.node, MappingNode):
            self.merged = merged(self.merged, inline.node)
        for reference in references:
            if reference["targetPath"].text:
                self.put(reference)
        return Values(self.field(inline), self.unknowns)

    def field(self, inline: Field) -> Field:
        """The merged values as a field of the release."""
        spec = self.release.spec
        key = inline.as_key.node
        return Field(
            self.release.resource,
            self.merged,
            key if isinstance(key, ScalarNode) else None,
            (*spec.path, "values"),
            spec,
        )

    def add(self, reference: Field) -> None:
        """Merge what a reference without a path brings."""
        data = self.data(reference)
        if data is None:
            return
        brought = mapping_in(data)
        if brought is None:
            self.unknown(f"{_name(reference)} holds no values that can be read", reference["name"])
            return
        change = Change("valuesFrom", f"values from {_name(reference)}", reference["name"].location)
        self.merged = merged(self.merged, marked(brought, change))

    def put(self, reference: Field) -> None:
        """Set what a reference with a `targetPath` brings."""
        target, data = reference["targetPath"], self.data(reference)
        if data is None or not isinstance(target.node, ScalarNode):
            return
        path = steps(target.text)
        value = flat_value(data, literal=reference["literal"].value is True, by=target.node)
        if path is None or value is None:
            self.unknown(f"what is set at '{target.text}' cannot be followed", target)
            return
        self.merged = put(self.merged or _nothing(value), path, value)

    def data(self, reference: Field) -> ScalarNode | None:
        """Text that a reference takes; why there is none becomes an unknown."""
        kind, name = reference["kind"].text, reference["name"].text
        found = self.objects.get(kind, self.release.resource.namespace, name)
        if kind not in ("ConfigMap", "Secret") or not name:
            self.unknown("values come from something that is no ConfigMap and no Secret", reference)
        elif found is None:
            self.unknown(
                f"values come from {_name(reference)}, which this tree does not have", reference["name"]
            )
        elif found["sops"]:
            self.unknown(f"values come from {_name(reference)}, which is encrypted", reference["name"])
        else:
            return self.key_of(found, reference)
        return None

    def key_of(self, source: Resource, reference: Field) -> ScalarNode | None:
        key = reference["valuesKey"].text or _KEY
        for name in ("stringData", "data") if source.kind == "Secret" else ("data",):
            node = source[name][key].node
            if isinstance(node, ScalarNode):
                return _decoded(node) if (source.kind, name) == ("Secret", "data") else node
        if reference["optional"].value is not True:
            self.unknown(f"{_name(reference)} has no key '{key}'", reference["valuesKey"])
        return None

    def unknown(self, reason: str, at: Field) -> None:
        self.unknowns.append(
            Unknown(f"{reason}: the values of {self.release.resource.name} are not complete", at)
        )


def _decoded(node: ScalarNode) -> ScalarNode:
    """A Secret's value out of its base64; nothing in it has a place of its own."""
    try:
        text = base64.b64decode(node.value, validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    return node.replaced(text, Change("decode", "base64 of a Secret", node.location), style='"')


def _nothing(at: ScalarNode) -> MappingNode:
    return MappingNode(at.source, at.start, at.end, None, {})


def _name(reference: Field) -> str:
    return f"the {reference['kind'].text} {reference['name'].text}"
