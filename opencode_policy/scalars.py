"""The value that Kubernetes gives a scalar.

Plain scalars are resolved as go-yaml v3 (which kustomize uses) does: YAML 1.2 booleans and nulls,
YAML 1.1 integers; `yes`, `on` and their kind stay strings.
"""

from __future__ import annotations

import re

from opencode_policy.nodes import MappingNode, Node, Scalar, ScalarNode, SequenceNode

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
_LONGEST_NUMBER = 400
_STARTS_LIKE_A_WORD_OR_NUMBER = frozenset("~nNtTfF+-.0123456789")

Value = Scalar | dict[str, "Value"] | list["Value"]
"""A whole node as Python values."""


def resolve(node: ScalarNode) -> Scalar:
    """Value of a scalar node; a quoted, block or `!!str` scalar is always a string."""
    if node.style or node.tag == "tag:yaml.org,2002:str":
        return node.value
    text = node.value
    if text and text[0] not in _STARTS_LIKE_A_WORD_OR_NUMBER:
        return text
    return _resolve_plain(text)


def _resolve_plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.match(text):
        return _integer(text)
    if _FLOAT.match(text):
        return float(text)
    special = _SPECIAL.get(text.lower())
    return float(special) if special else text


def _integer(text: str) -> Scalar:
    digits = text.replace("_", "")
    unsigned = digits.lstrip("+-")
    if len(unsigned) > 1 and unsigned[0] == "0" and unsigned[1].isdigit():
        digits = digits.replace("0", "0o", 1)
    try:
        return int(digits, 0)
    except ValueError:
        return text


def to_python(node: Node | None) -> Value:
    """Plain Python values of a node; recursion is bounded by the parser's depth limit."""
    if isinstance(node, MappingNode):
        return {key: to_python(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [to_python(item) for item in node.items]
    return resolve(node) if isinstance(node, ScalarNode) else None
