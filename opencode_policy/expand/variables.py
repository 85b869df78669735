"""The variables of one Flux Kustomization: their values, where each was set, and which of them wins.

Flux reads `postBuild.substituteFrom` from first to last, later entries over earlier ones, and then
`postBuild.substitute`, which wins over all of them; line ends are taken out of every value
(fluxcd/pkg kustomize/kustomize_varsub.go, LoadVariables).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from opencode_policy.expand.object import text_of
from opencode_policy.expand.variable_sources import Data, VariableSources
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

_NAME = re.compile(r"[_A-Za-z][_A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `value` is None where only the name is known; `setter` says who sets it, and `place`
    where, None for what stands in the inventory. `secret` tells that it comes from a Secret.
    """

    value: str | None
    setter: str
    place: Location | None = None
    secret: bool = False


@dataclass(slots=True)
class Variables:
    """Variables by name. `others` says why there may be more than are known, empty where there are none."""

    known: dict[str, Variable] = field(default_factory=dict)
    others: str = ""

    def __bool__(self) -> bool:
        """Whether there is any: Flux substitutes nothing where there is none."""
        return bool(self.known or self.others)

    def __contains__(self, name: object) -> bool:
        """Whether a variable exists, or may exist."""
        return bool(self.others) or name in self.known

    @property
    def values(self) -> dict[str, str]:
        """Those whose values are known."""
        return {name: item.value for name, item in self.known.items() if item.value is not None}


@dataclass(slots=True)
class Reader:
    """Reads the `postBuild` of a Kustomization; what is wrong in it is noted in `diagnostics`."""

    sources: VariableSources
    namespace: str
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def read(self, post_build: MappingNode | None, inherited: Variables) -> Variables:
        """Variables of a Kustomization over those that its surroundings give it."""
        found = Variables(dict(inherited.known), inherited.others)
        if post_build is None:
            return found
        listed = post_build.get("substituteFrom")
        for entry in listed.items if isinstance(listed, SequenceNode) else ():
            self._take(found, entry)
        inline = post_build.get("substitute")
        for name, (key, value) in inline.entries.items() if isinstance(inline, MappingNode) else ():
            self._refuse_name(name, key.location)
            place = value.location if text_of(value) else key.location
            found.known[name] = Variable(_one_line(text_of(value)), "this Kustomization", place)
        return found

    def _take(self, found: Variables, entry: Node) -> None:
        """Add the variables of one ConfigMap or Secret."""
        if not isinstance(entry, MappingNode):
            return
        kind, name = text_of(entry.get("kind")), text_of(entry.get("name"))
        data = self.sources.find(kind, self.namespace, name)
        if data is None:
            if not _is_true(entry.get("optional")):
                self._missing(found, entry, kind, name)
            return
        for variable, (value, place) in data.values.items():
            if place is not None:
                self._refuse_name(variable, place)
            cleaned = _one_line(value) if value is not None else None
            found.known[variable] = Variable(cleaned, f"the {data.origin}", place, kind == "Secret")
        found.others = found.others or data.others

    def _missing(self, found: Variables, entry: MappingNode, kind: str, name: str) -> None:
        message = f"there is no {kind} '{name}' in the namespace '{self.namespace}' to substitute from"
        place = (entry.get("name") or entry).location
        self.diagnostics.append(Diagnostic("substitution-source-missing", message, place))
        found.others = found.others or f"the {kind} '{name}' is not in the tree and not in the inventory"

    def _refuse_name(self, name: str, place: Location) -> None:
        if not _NAME.fullmatch(name):
            message = f"Flux refuses '{name}' as the name of a variable: it takes letters, digits and _"
            self.diagnostics.append(Diagnostic("substitution-failed", message, place))


def inventory_variables(data: Data) -> Variables:
    """Variables that the inventory alone knows of."""
    known = {name: Variable(value, "the inventory", place) for name, (value, place) in data.values.items()}
    return Variables(known, data.others)


def unknown_names(variables: Variables) -> Iterator[str]:
    """Names whose values are not known."""
    return (name for name, item in variables.known.items() if item.value is None)


def _one_line(value: str) -> str:
    return value.replace("\n", "")


def _is_true(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and resolve(node) is True
