"""What secretGenerators put into Secrets: their literals, and files of the tree that are then in clear."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.secret import Secret
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.source import Source

MARK = "secretGenerator"

IsDeclared = Callable[[str, str], bool]
"""Whether a key and a value of a Secret are a secret."""

_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]*)=(?P<value>[^\r\n]*)", re.MULTILINE)


def literals(root: Node, is_declared: IsDeclared) -> Iterator[tuple[Secret, ScalarNode]]:
    """Literals `KEY=VALUE` of the generators of a kustomization that put a secret into a Secret."""
    for generator in _items(root, MARK):
        for node in _items(generator, "literals"):
            if not isinstance(node, ScalarNode):
                continue
            key, _, value = node.value.partition("=")
            plain = value.strip("'\"")
            if is_declared(key, plain):
                start = node.value.index(plain, len(key) + 1)
                kind = f"the value of '{key}' in a Secret"
                yield Secret(kind, start, start + len(plain), True, Concealed(plain)), node


def read_files(root: Node, folder: str) -> Iterator[tuple[str, str]]:
    """Path and key of each file of a generator; the key is empty for a file of variables."""
    for generator in _items(root, MARK):
        for node in _items(generator, "files"):
            key, equals, path = _text(node).partition("=")
            path = path if equals else key
            yield (
                posixpath.normpath(posixpath.join(folder, path)),
                key if equals else posixpath.basename(path),
            )
        for listed in (*_items(generator, "envs"), _value(generator, "env")):
            if isinstance(listed, ScalarNode):
                yield posixpath.normpath(posixpath.join(folder, listed.value)), ""


def in_files(
    files: Mapping[str, str], sources: Mapping[str, Source], is_declared: IsDeclared
) -> Iterator[tuple[Secret, Source]]:
    """Secrets that stand in these files and nowhere promise to be one; `files` maps a path to its key."""
    for path, key in files.items():
        source = sources.get(path)
        if source is None or "sops" in source.text:
            continue
        if not key:
            for found in _LINE.finditer(source.text):
                yield from ((item, source) for item in _part(found["key"], found, is_declared))
        elif is_declared(key, source.text.strip()):
            plain = source.text.strip()
            start = source.text.index(plain)
            kind = f"the value of '{key}' in a Secret"
            yield Secret(kind, start, start + len(plain), True, Concealed(plain)), source


def _part(key: str, found: re.Match[str], is_declared: IsDeclared) -> Iterator[Secret]:
    plain = found["value"].strip().strip("'\"")
    if is_declared(key, plain):
        start = found.start("value") + found["value"].index(plain)
        kind = f"the value of '{key}' in a Secret"
        yield Secret(kind, start, start + len(plain), True, Concealed(plain))


def _value(node: Node, key: str) -> Node | None:
    return node.get(key) if isinstance(node, MappingNode) else None


def _items(node: Node, key: str) -> list[Node]:
    value = _value(node, key)
    return list(value.items) if isinstance(value, SequenceNode) else []


def _text(node: Node) -> str:
    return node.value if isinstance(node, ScalarNode) else ""
