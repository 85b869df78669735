"""What is known while the objects of one release are made, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from opencode_policy.helm.app_template.edition import Edition
from opencode_policy.helm.release import Release
from opencode_policy.helm.synthesis import UNTOLD, within
from opencode_policy.helm.templates import Templates, go_text
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.outcome import Unknown
from opencode_policy.resource import Field

MISTAKE = "chart-values-mistaken"
"""Code of what the chart fails on, or leaves out without a word."""


@dataclass(slots=True, eq=False)
class Context:
    """One release of the chart: its values, merged, and everything noticed about them.

    `complete` tells that nothing of the values is missing here; only then is a name that leads nowhere known
    to be wrong.
    """

    release: Release
    chart: str
    edition: Edition
    values: Field
    templates: Templates
    complete: bool
    unknowns: list[Unknown] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _enabled: dict[str, dict[str, Field]] = field(default_factory=dict)

    def enabled(self, section: str) -> dict[str, Field]:
        """Items of a section that are switched on, in the order of their names, as Go walks a map."""
        if section not in self._enabled:
            self._enabled[section] = dict(enabled(self.values[section]))
        return self._enabled[section]

    def text(self, at: Field) -> str:
        """Text of a scalar with its templates evaluated, empty where there is none."""
        text = go_text(at) or ""
        return self._evaluated(text, at) if "{{" in text else text

    def rendered(self, at: Field) -> Node | None:
        """A field's node with every template in it evaluated."""
        return None if at.node is None else self._rendered(at.node, at)

    def copied(self, at: Field) -> Node | None:
        """A field's node as the chart copies it: its templates are evaluated where all of them are."""
        return self.rendered(at) if self.edition.renders_all else at.node

    def mistake(self, message: str, at: Field) -> None:
        """Something that the chart fails on, unless what is missing may stand in values that are not here."""
        if self.complete:
            self.diagnostics.append(Diagnostic(MISTAKE, message, at.location))

    def unknown(self, reason: str, at: Field) -> None:
        """Something that cannot be told from the files."""
        self.unknowns.append(Unknown(reason, at))

    def _rendered(self, node: Node, at: Field) -> Node:
        if isinstance(node, ScalarNode):
            return self._scalar(node, at) if "{{" in node.value else node
        if isinstance(node, MappingNode):
            entries = {name: (key, self._rendered(value, at)) for name, (key, value) in node.entries.items()}
            return node.with_entries(entries)
        if isinstance(node, SequenceNode):
            return node.with_items([self._rendered(item, at) for item in node.items])
        return node

    def _scalar(self, node: ScalarNode, at: Field) -> ScalarNode:
        here = within(at, node, at)
        text = self._evaluated(node.value, here)
        if text == node.value:
            return node.copy(Change("unknown", UNTOLD, node.location))
        change = Change("template", "Helm evaluates a template here", node.location)
        style = node.style if node.style in ("|", ">") else '"'
        return node.replaced(text, change, style=style)

    def _evaluated(self, text: str, at: Field) -> str:
        value = self.templates.render(text)
        if value is None:
            self.unknown(UNTOLD, at)
            return text
        return value


def enabled(section: Field) -> Iterator[tuple[str, Field]]:
    """Items of a section that are mappings and not switched off."""
    for name, item in sorted(section.entries(), key=lambda entry: entry[0]):
        switch = item["enabled"]
        if item.is_mapping and not (switch.exists and not switch.is_mapping and not switch.value):
            yield name, item
