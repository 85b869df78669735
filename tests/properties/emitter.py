"""Write a YAML document in another form that means the same.

Block or flow, any quotes, keys in any order, comments in between, aliases and merge keys written out. What
the text says to Kubernetes stays: strings stay strings, numbers keep their spelling, lists their order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from random import Random

from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import parse
from opencode_policy.scalars import resolve
from opencode_policy.source import Source

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
"""Texts that mean themselves without quotes wherever they stand, unless they resolve to something else."""
_BLOCK = re.compile(r"[^ \n][ -~\n]*[!-~]\n\Z")
"""Texts that a literal block scalar holds without an indentation indicator."""
_HEADER = re.compile(r"(?:---\n)?((?:#[^\n]*\n)*)")


def reformatted(text: str, random: Random) -> str:
    """The documents of a manifest in another form; the comments at the head of each stay."""
    parsed = parse(Source("a.yaml", text))
    assert parsed.complete
    assert not parsed.diagnostics
    heads = [_HEADER.match(part) for part in re.split(r"(?m)^(?=---$)", text) if part.strip()]
    documents = []
    for document, head in zip((item for item in parsed.documents if item.root), heads, strict=False):
        assert document.root is not None
        comments = head[1] if head else ""
        documents.append(f"---\n{comments}{_Emitter(random).document(document.root)}")
    return "".join(documents)


class _Emitter:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.flow_share = random.choice((0.0, 0.2, 0.6))
        self.comment_share = random.choice((0.0, 0.3))
        self.step = random.choice((1, 2, 4))

    def document(self, root: Node) -> str:
        if self.random.random() < 0.2:
            return json.dumps(_as_json(root), indent=self.random.choice((None, 1, 2))) + "\n"
        return "".join(f"{line}\n" for line in self.block(root, 0))

    def block(self, node: Node, depth: int) -> Iterator[str]:
        """Lines of a collection in block style; of an empty one and of a scalar, the only line."""
        pad = " " * depth
        if isinstance(node, MappingNode) and node.entries:
            for key, value in self.shuffled(node):
                yield from self.comment(pad)
                yield from self.under(f"{pad}{self.key(key)}:", value, depth)
        elif isinstance(node, SequenceNode) and node.items:
            for item in node.items:
                yield from self.comment(pad)
                yield from self.under(f"{pad}-", item, depth)
        else:
            yield pad + self.inline(node)

    def under(self, head: str, node: Node, depth: int) -> Iterator[str]:
        """A key or a dash with what belongs to it, on the same line or below."""
        filled = bool(getattr(node, "entries", None) or getattr(node, "items", None))
        if filled and self.random.random() >= self.flow_share:
            yield head
            yield from self.block(node, depth + self.step)
        elif isinstance(node, ScalarNode) and self.is_literal(node) and self.random.random() < 0.5:
            yield f"{head} |"
            for line in node.value[:-1].split("\n"):
                yield " " * (depth + self.step) + line if line else ""
        else:
            yield f"{head} {self.inline(node)}"

    def is_literal(self, node: ScalarNode) -> bool:
        return isinstance(resolve(node), str) and bool(_BLOCK.match(node.value))

    def comment(self, pad: str) -> Iterator[str]:
        if self.random.random() < self.comment_share:
            yield pad + self.random.choice(("# a comment", "#", "# key: value", "# - 'x"))

    def shuffled(self, node: MappingNode) -> list[tuple[ScalarNode, Node]]:
        entries = list(node.entries.values())
        self.random.shuffle(entries)
        return entries

    def inline(self, node: Node) -> str:
        """A node on one line."""
        if isinstance(node, MappingNode):
            pairs = (f"{self.key(key)}: {self.inline(value)}" for key, value in self.shuffled(node))
            return "{" + ", ".join(pairs) + "}"
        if isinstance(node, SequenceNode):
            return "[" + ", ".join(map(self.inline, node.items)) + "]"
        assert isinstance(node, ScalarNode)
        return self.scalar(node)

    def key(self, node: ScalarNode) -> str:
        return self.text(node.value) if isinstance(resolve(node), str) else node.value

    def scalar(self, node: ScalarNode) -> str:
        value = resolve(node)
        if value is None:
            return self.random.choice(("null", "~"))
        if not isinstance(value, str):
            return node.value
        return self.text(value)

    def text(self, value: str) -> str:
        styles: list[Callable[[str], str]] = [_double]
        if not re.search(r"[^ -~]", value):
            styles.append(_single)
        if _PLAIN.match(value) and isinstance(resolve(_bare(value)), str):
            styles += [str, str]
        return self.random.choice(styles)(value)


def _double(value: str) -> str:
    return json.dumps(value)


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _bare(value: str) -> ScalarNode:
    root = parse(Source("a.yaml", value)).documents[0].root
    assert isinstance(root, ScalarNode)
    return root


def _as_json(node: Node) -> object:
    """Plain values for json.dumps; a number keeps its spelling where JSON has it."""
    if isinstance(node, MappingNode):
        return {key: _as_json(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, SequenceNode):
        return list(map(_as_json, node.items))
    assert isinstance(node, ScalarNode)
    return resolve(node)
