"""Flux postBuild substitution over the nodes of an object.

Flux substitutes in the re-serialised YAML of each object after the build, so quotes that kustomize
drops are lost: `"${N:-5}"` becomes the integer 5 (fluxcd/pkg kustomize/kustomize_varsub.go).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from opencode_policy.expand.envsubst import SubstitutionError, substitute
from opencode_policy.expand.object import Object, text_of
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Related
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalar_map import locate

DISABLED_KEY = "kustomize.toolkit.fluxcd.io/substitute"
"""Label or annotation whose exact value `disabled` exempts an object."""

_NEEDS_QUOTES = re.compile(r"[\s\-?:,\[\]{}#&*!|>'\"%@`]|.*(: | #|:$|\s$)|$", re.DOTALL)


@dataclass(slots=True)
class Substitution:
    """The variables that one Flux Kustomization substitutes.

    `values` are known; of `opaque` ones only the existence is known, their expressions stay as they are.
    """

    values: Mapping[str, str]
    opaque: frozenset[str] = frozenset()
    strict: bool = False
    via: Related | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Flux substitutes only where at least one variable is given."""
        return bool(self.values or self.opaque)

    def apply(self, item: Object) -> Object:
        """The object after substitution; the same object where nothing changes."""
        if not self.active or is_exempt(item):
            return item
        root = self._node(item.root)
        return Object(root, item.path) if isinstance(root, MappingNode) and root is not item.root else item

    def _node(self, node: Node) -> Node:
        if isinstance(node, ScalarNode):
            return self._scalar(node) if "$" in node.value else node
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            items = [self._node(item) for item in node.items]
            return node.with_items(items) if _differ(items, node.items) else node
        return node

    def _mapping(self, node: MappingNode) -> Node:
        changed = False
        entries = {}
        for key, value in node.entries.values():
            new_key = self._scalar(key) if "$" in key.value else key
            new_value = self._node(value)
            changed = changed or new_key is not key or new_value is not value
            entries[new_key.value] = (new_key, new_value)
        return node.with_entries(entries) if changed else node

    def _scalar(self, node: ScalarNode) -> ScalarNode:
        try:
            result = substitute(node.value, self._lookup())
        except SubstitutionError as error:
            place = locate(node, error.start, error.end)
            message = f"Flux cannot substitute this: {error}"
            self._report("substitution-failed", message, place)
            return node
        undefined = [use for use in result.uses if not use.defined and not use.has_default]
        for use in {use.name: use for use in reversed(undefined)}.values():  # the first of each name
            self._undefined(node, use.name, use.start, use.end)
        if result.text == node.value:
            return node
        names = ", ".join(f"${{{name}}}" for name in dict.fromkeys(use.name for use in result.uses))
        change = Change("substitute", f"Flux substitutes {names or 'an escape'} here", node.location)
        style = '"' if node.style in ("|", ">") or _NEEDS_QUOTES.match(node.value) else None
        return _restyled(node, result.text, change, style)

    def _lookup(self) -> Mapping[str, str]:
        return {**{name: f"${{{name}}}" for name in self.opaque}, **self.values}

    def _undefined(self, node: ScalarNode, name: str, start: int, end: int) -> None:
        then = "the whole Kustomization fails" if self.strict else "it becomes the empty string"
        message = f"the variable '{name}' is not defined: {then}"
        self._report("substitution-undefined", message, locate(node, start, end))

    def _report(self, code: str, message: str, place: object) -> None:
        related = (self.via,) if self.via else ()
        self.diagnostics.append(Diagnostic(code, message, place, related))  # type: ignore[arg-type]


def is_exempt(item: Object) -> bool:
    """Whether a label or annotation switches substitution off; the value is compared exactly."""
    for kind in ("labels", "annotations"):
        pairs = item.metadata.get(kind) if item.metadata else None
        if isinstance(pairs, MappingNode) and text_of(pairs.get(DISABLED_KEY)) == "disabled":
            return True
    return False


def _restyled(node: ScalarNode, value: str, change: Change, style: str | None) -> ScalarNode:
    new = node.replaced(value, change)
    new.style = style
    return new


def _differ(new: list[Node], old: list[Node]) -> bool:
    return any(a is not b for a, b in zip(new, old, strict=True))
