"""Where Flux substituted in a scalar, as its history tells: the expressions that a person wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode
from opencode_policy.source import Source
from opencode_policy.tree import Tree

_EXPRESSION = re.compile(r"\$\{#?(?P<name>[A-Za-z0-9_]+)(?P<operator>[^A-Za-z0-9_}]*)")
_KINDS = ("substitute", "unknown")


@dataclass(frozen=True, slots=True)
class Expression:
    """One `${...}` that Flux replaced: its variable, what follows the name (empty if bare), its place."""

    name: str
    operator: str
    location: Location


def was_substituted(node: ScalarNode) -> bool:
    """Whether Flux looked for variables in a scalar and found something to replace."""
    return any(change.kind in _KINDS for change in node.history)


def expressions(tree: Tree, node: ScalarNode) -> Iterator[Expression]:
    """The first expression of each variable in a scalar, in order."""
    for change in node.history:
        if change.kind in _KINDS:
            found = _EXPRESSION.match(text_at(tree, change.location))
            if found:
                yield Expression(found["name"], found["operator"], change.location)


def text_at(tree: Tree, location: Location) -> str:
    """What stands at a place; empty for a file that is not in the tree."""
    source = tree.sources.get(location.path)
    return source.text[slice(*_offsets(source, location))] if source else ""


def _offsets(source: Source, location: Location) -> tuple[int, int]:
    starts = source.line_starts
    start = starts[location.line - 1] + location.column - 1
    return start, starts[location.end_line - 1] + location.end_column - 1
