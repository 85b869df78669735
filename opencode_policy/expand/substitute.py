"""Flux postBuild substitution over the nodes of an object.

Flux substitutes in the re-serialised YAML of each object after the build, so quotes that kustomize
drops are lost: `"${N:-5}"` becomes the integer 5 (fluxcd/pkg kustomize/kustomize_varsub.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from opencode_policy.expand.emitted import emitted
from opencode_policy.expand.envsubst import Substituted, SubstitutionError, VariableUse, substitute
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.reread import BrokenYaml, reread
from opencode_policy.expand.variables import Variables
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location, Related
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalar_map import locate

DISABLED_KEY = "kustomize.toolkit.fluxcd.io/substitute"
"""Label or annotation whose exact value `disabled` exempts an object."""

MAX_GROWTH = 64 * 1024 * 1024
"""Characters by which all substitutions of a tree together may lengthen it."""


@dataclass(slots=True)
class Budget:
    """How much longer the values of a tree may still become: the guard against a substitution bomb."""

    left: int = MAX_GROWTH


@dataclass(slots=True)
class Substitution:
    """Substitutes the variables of one Flux Kustomization.

    An expression whose value only the cluster knows stays as it is; `unknown` holds the places of each.
    """

    variables: Variables
    strict: bool = False
    via: Related | None = None
    budget: Budget = field(default_factory=Budget)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unknown: dict[str, list[Location]] = field(default_factory=dict)
    _values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look the known values up once."""
        self._values = self.variables.values

    def apply(self, item: Object) -> Object:
        """The object after substitution; the same object where nothing changes."""
        if not self.variables or is_exempt(item):
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
            new_key = self._key(key) if "$" in key.value else key
            new_value = self._node(value)
            changed = changed or new_key is not key or new_value is not value
            entries[new_key.value] = (new_key, new_value)
        return node.with_entries(entries) if changed else node

    def _key(self, key: ScalarNode) -> ScalarNode:
        new = self._scalar(key)
        return new if isinstance(new, ScalarNode) else key

    def _scalar(self, node: ScalarNode) -> Node:
        before = emitted(node.value)
        try:
            result = self._substituted(node, before.text)
        except SubstitutionError as error:
            same = before.text == node.value
            place = locate(node, error.start, error.end) if same else node.location
            self._report("substitution-failed", f"Flux cannot substitute this: {error}", place)
            return node
        undefined = [use for use in result.uses if not use.defined and not use.has_default]
        for use in {use.name: use for use in reversed(undefined)}.values():  # the first of each name
            self._undefined(use, _place(node, before.text, use))
        if result.text == before.text and not result.kept:
            return node
        try:
            return reread(node, before, result.text, tuple(self._changes(node, before.text, result)))
        except BrokenYaml as error:
            message = f"the values that Flux puts in here break the YAML: {error}"
            self._report("substitution-failed", message, node.location)
            return node

    def _substituted(self, node: ScalarNode, text: str) -> Substituted:
        result = substitute(text, self._values, opaque=self.variables)
        self.budget.left -= max(0, len(result.text) - len(node.value))
        if self.budget.left < 0:
            message = "the values of the tree together grow beyond what is followed"
            raise SubstitutionError(message, 0, len(text))
        return result

    def _changes(self, node: ScalarNode, text: str, result: Substituted) -> Iterator[Change]:
        """The steps: where each variable is put in, where it was set, and which value nobody knows."""
        kept = {use.name for use in result.kept}
        uses = {use.name: use for use in reversed(result.uses)}
        if not uses:
            yield Change("substitute", "Flux substitutes an escape here", node.location)
        for name, use in sorted(uses.items(), key=lambda item: item[1].start):
            place = _place(node, text, use)
            if name in kept:
                self.unknown.setdefault(name, []).append(place)
                yield Change("unknown", f"the value of ${{{name}}} is not known", place)
            else:
                yield Change("substitute", f"Flux substitutes ${{{name}}} here", place)
            variable = self.variables.known.get(name)
            if variable is not None and variable.place is not None:
                kind = "secret" if variable.secret else "set"
                yield Change(kind, f"${{{name}}} is set here, by {variable.setter}", variable.place)

    def _undefined(self, use: VariableUse, place: Location) -> None:
        fails = self.strict and not use.operator
        then = "the whole Kustomization fails" if fails else "it becomes the empty string"
        message = f"the variable '{use.name}' is not defined: {then}"
        self._report("substitution-undefined", message, place)

    def _report(self, code: str, message: str, place: Location) -> None:
        related = (self.via,) if self.via else ()
        self.diagnostics.append(Diagnostic(code, message, place, related))


def _place(node: ScalarNode, text: str, use: VariableUse) -> Location:
    """Where an expression stands; the whole scalar where escapes moved it."""
    return locate(node, use.start, use.end) if text == node.value else _searched(node, text, use)


def _searched(node: ScalarNode, text: str, use: VariableUse) -> Location:
    """The same expression in the value itself, which is written with other escapes."""
    expression = text[use.start : use.end]
    at = node.value.find(expression)
    return locate(node, at, at + len(expression)) if at >= 0 else node.location


def is_exempt(item: Object) -> bool:
    """Whether a label or annotation switches substitution off; the value is compared exactly."""
    for kind in ("labels", "annotations"):
        pairs = item.metadata.get(kind) if item.metadata else None
        if isinstance(pairs, MappingNode) and text_of(pairs.get(DISABLED_KEY)) == "disabled":
            return True
    return False


def _differ(new: Sequence[Node], old: Sequence[Node]) -> bool:
    return any(a is not b for a, b in zip(new, old, strict=True))
