"""What a scalar becomes when the YAML that Flux substituted in is read again.

A plain scalar may turn into a number, a truth value, nothing, a list or a mapping, or no longer be YAML at
all; the reader is go-yaml v2, which knows the truth values of YAML 1.1.
"""

from __future__ import annotations

import re

from opencode_policy.expand.emitted import Emitted
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import parse
from opencode_policy.source import Source

_PLAIN = re.compile(r"(?![\s\-?:,\[\]{}#&*!|>'\"%@`=<~.])(?!.*(?::\s|\s#|:$|\s$)).+", re.DOTALL)
_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "off", "Off", "OFF"))
_NO_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class BrokenYaml(ValueError):  # noqa: N818 - the name says what the text is
    """The text is no YAML any more; the message says why, without quoting it."""


def reread(node: ScalarNode, before: Emitted, text: str, changes: tuple[Change, ...]) -> Node:
    """The node that stands where `node` was written, once its emitted text has become `text`.

    Raises BrokenYaml where the reader fails, and with it the whole Kustomization.
    """
    if before.style == "|":
        if text.startswith(" ") and not before.text.startswith(" "):
            raise BrokenYaml("the first line of a block begins with a blank")
        return _scalar(node, _chomped(before.text, text), "|", changes)
    if before.style is None and _PLAIN.fullmatch(text):
        return _plain(node, text, changes)
    quote = before.style or ""
    parsed = parse(Source("", f"k: {quote}{text}{quote}\n"))
    root = parsed.documents[0].root if parsed.documents else None
    value = root.get("k") if isinstance(root, MappingNode) else None
    if parsed.diagnostics or len(parsed.documents) != 1 or value is None:
        words = parsed.diagnostics[0].message if parsed.diagnostics else "it ends the document"
        raise BrokenYaml(words)
    return _placed(value, node, changes)


def _chomped(before: str, text: str) -> str:
    """A block keeps no more line ends at its end than it was written with, unless it had several."""
    if before.endswith("\n\n"):
        return text
    stripped = text.rstrip("\n")
    return stripped + "\n" if before.endswith("\n") and stripped else stripped


def _plain(node: ScalarNode, text: str, changes: tuple[Change, ...]) -> ScalarNode:
    if _NO_JSON.fullmatch(text):
        raise BrokenYaml("a number without end cannot be sent to the API server")
    word = "true" if text in _TRUE else "false" if text in _FALSE else text
    return _scalar(node, word, None, changes)


def _scalar(node: ScalarNode, value: str, style: str | None, changes: tuple[Change, ...]) -> ScalarNode:
    history = (*node.history, *changes)
    return ScalarNode(node.source, node.start, node.end, node.tag if style else None, value, style, history)


def _placed(value: Node, node: ScalarNode, changes: tuple[Change, ...]) -> Node:
    """What was read, at the place of the scalar that it came from."""
    if isinstance(value, ScalarNode):
        if value.plain:
            return _plain(node, value.value, changes)
        return _scalar(node, value.value, value.style, changes)
    history = (*node.history, *changes)
    if isinstance(value, SequenceNode):
        items = [_placed(item, node, changes) for item in value.items]
        return SequenceNode(node.source, node.start, node.end, None, items, history)
    entries = {}
    for name, (_, item) in value.entries.items() if isinstance(value, MappingNode) else ():
        entries[name] = (_scalar(node, name, '"', changes), _placed(item, node, changes))
    return MappingNode(node.source, node.start, node.end, None, entries, history)
