"""A value set at a path of the values, as `helm --set` writes paths: names with dots between them.

A backslash before a dot keeps it in the name. Indexes into lists are not followed here.
"""

from __future__ import annotations

import re

from opencode_policy.expand import synthesize
from opencode_policy.nodes import Change, MappingNode, ScalarNode

_DEEPEST = 100
_STEP = re.compile(r"((?:\\.|[^.\\\[\]=,{}])+)(?:\.|\Z)")


def steps(path: str) -> tuple[str, ...] | None:
    """Names of a path, None for one that cannot be followed."""
    found: list[str] = []
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return None
        found.append(re.sub(r"\\(.)", r"\1", step[1]))
        position = step.end()
    return tuple(found) if 0 < len(found) <= _DEEPEST and not path.endswith(".") else None


def flat_value(node: ScalarNode, *, literal: bool, by: ScalarNode) -> ScalarNode | None:
    """What the value becomes: quoted it stays text, else it is read as `--set` reads it.

    None for the notations of lists and of several values at once.
    """
    text, style = node.value, ""
    change = Change("valuesFrom", "set at this path", by.location)
    if literal:
        return node.replaced(text, change, style='"')
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text, style = text.strip("'\""), '"'
    if re.search(r"(?<!\\)[,{}]", text):
        return None
    text = re.sub(r"\\(.)", r"\1", text)
    style = style or ("" if re.fullmatch(r"-?(0|[1-9]\d*)|true|false|null", text) else '"')
    new = node.replaced(text, change)
    new.style = style
    return new


def put(target: MappingNode, path: tuple[str, ...], value: ScalarNode) -> MappingNode:
    """The values with one more at a path."""
    return synthesize.put(target, path, value)
