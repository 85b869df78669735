"""Nodes as YAML text: block style, keys in the order of the build, nothing quoted that need not be.

What is written is read the same by YAML 1.1 and 1.2: a string that either takes for something else stands
in quotes. Text of several lines is a literal block.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

Text = Callable[[ScalarNode], str]
"""Gives the text of a scalar as it may be shown."""

_PLAIN = re.compile(r"[A-Za-z0-9_./$(][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*")
_UNSAFE = re.compile(r": |:$| #|\s$")
_OTHER = re.compile(
    r"y|n|yes|no|on|off|true|false|null|\.inf|\.nan|[0-9.][0-9a-f.:_oxtz+\-]*(?: [0-9:.+\-]*)?", re.IGNORECASE
)
"""What either version of YAML may take for something else than a string: a word, a number, a time."""

_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_BLOCK = re.compile(r"[^ \t\n][^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*")


def document(root: Node, text: Text) -> str:
    """One document with its line end, without the `---` before it."""
    return "".join(f"{line}\n" for line in _lines(root, text))


def _lines(node: Node, text: Text) -> list[str]:
    """A node on lines of its own; the first line of a collection needs nothing before it."""
    if isinstance(node, MappingNode) and node.entries:
        return [line for key, value in node.entries.values() for line in _entry(key, value, text)]
    if isinstance(node, SequenceNode) and node.items:
        return [line for item in node.items for line in _item(item, text)]
    return list(_scalar(node, text))


def _entry(key: ScalarNode, value: Node, text: Text) -> Iterator[str]:
    name = _quoted(text(key))
    below = _lines(value, text)
    if _is_open(value):
        yield f"{name}:"
        yield from below if isinstance(value, SequenceNode) else (_indented(line) for line in below)
        return
    yield f"{name}: {below[0]}"
    yield from (_indented(line) for line in below[1:])


def _item(item: Node, text: Text) -> Iterator[str]:
    first, *others = _lines(item, text)
    yield f"- {first}"
    yield from (_indented(line) for line in others)


def _is_open(node: Node) -> bool:
    """Whether a node is a collection that takes lines of its own."""
    return bool(getattr(node, "entries", None) or getattr(node, "items", None))


def _indented(line: str) -> str:
    return f"  {line}" if line else ""


def _scalar(node: Node, text: Text) -> Iterator[str]:
    if not isinstance(node, ScalarNode):
        yield "{}" if isinstance(node, MappingNode) else "[]"
        return
    shown = text(node)
    value = resolve(node)
    if not isinstance(value, str):
        yield _number(value) if shown == node.value else _quoted(shown)
    elif "\n" in shown and _BLOCK.fullmatch(shown) and shown.strip("\n"):
        yield from _block(shown)
    else:
        yield _quoted(shown)


def _number(value: object) -> str:
    """A value that is no string, as both versions of YAML read it."""
    special = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
    return special.get(str(value)) or json.dumps(value)


def _block(text: str) -> Iterator[str]:
    stripped = text.rstrip("\n")
    ends = len(text) - len(stripped)
    yield "|" + ("-" if ends == 0 else "" if ends == 1 else "+")
    yield from stripped.split("\n")
    yield from [""] * (ends - 1)


def _quoted(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and not _UNSAFE.search(text) and not _OTHER.fullmatch(text)
    return text if plain else _UNSEEN.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
