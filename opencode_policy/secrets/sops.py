"""Values that a file encrypted with SOPS should have encrypted and has not.

Which values are encrypted is in the file's own metadata (getsops.io, "Encrypting only parts of a file"):
everything, or what `encrypted_regex` or `encrypted_suffix` name, or all but what `unencrypted_regex` or
`unencrypted_suffix` name. A value in clear among them was added by hand, or SOPS was called with other rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.secret import Secret
from opencode_policy.detect.values import can_be_secret
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode

MARK = "sops"
_METADATA = ("mac", "lastmodified", "version")
_DEFAULT_SUFFIX = "_unencrypted"
_IDENTITY = frozenset({"apiVersion", "kind", "metadata", "type", "immutable"})
"""Keys of a Kubernetes object that say what it is and never what it keeps."""

_SHORTEST = 4
_LINE = re.compile(r"^(?P<key>[A-Za-z_][\w.-]*)=(?P<value>[^\r\n]*)", re.MULTILINE)

Chosen = Callable[[tuple[str, ...]], bool]
"""Whether a value with this path of keys is to be encrypted."""


def is_encrypted_file(root: Node) -> bool:
    """Whether a document has the metadata that SOPS writes."""
    metadata = root.get(MARK) if isinstance(root, MappingNode) else None
    return isinstance(metadata, MappingNode) and any(name in metadata.entries for name in _METADATA)


def in_clear(root: Node) -> Iterator[tuple[Secret, ScalarNode]]:
    """Values of a document that SOPS should have encrypted; nothing of a document without its metadata."""
    metadata = root.get(MARK) if isinstance(root, MappingNode) else None
    if not isinstance(metadata, MappingNode) or not is_encrypted_file(root):
        return
    chosen = _chosen(metadata)
    if chosen is None:
        return
    for path, node in _leaves(root, ()):
        if path[0] not in (MARK, *_IDENTITY) and chosen(path) and _is_clear(node.value):
            kind = f"the value of '{path[-1]}' in a SOPS file"
            yield Secret(kind, 0, len(node.value), True, Concealed(node.value)), node


def lines_in_clear(text: str) -> Iterator[Secret]:
    """The same of a file of variables, which has its metadata in variables called `sops_...`."""
    if "sops_mac=" not in text and "sops_version=" not in text:
        return
    for found in _LINE.finditer(text):
        key, value = found["key"], found["value"].strip("\"'")
        if key.startswith("sops_") or key.endswith(_DEFAULT_SUFFIX) or not _is_clear(value):
            continue
        start = found.start("value") + found["value"].index(value)
        kind = f"the value of '{key}' in a SOPS file"
        yield Secret(kind, start, start + len(value), True, Concealed(value))


def _is_clear(value: str) -> bool:
    return len(value) >= _SHORTEST and not value.startswith("ENC[") and can_be_secret(value)


def _chosen(metadata: MappingNode) -> Chosen | None:
    """How the file chooses; None for an expression that cannot be read."""
    settings = {name: _text(metadata.get(name)) for name in _WAYS}
    given = next((name for name, text in settings.items() if text), "unencrypted_suffix")
    try:
        return _WAYS[given](settings[given] or _DEFAULT_SUFFIX)
    except re.error:
        return None


def _matching(expression: str, *, chosen: bool) -> Chosen:
    pattern = re.compile(expression)
    return lambda path: any(pattern.search(key) for key in path) is chosen


def _ending(suffix: str, *, chosen: bool) -> Chosen:
    return lambda path: any(key.endswith(suffix) for key in path) is chosen


_WAYS: dict[str, Callable[[str], Chosen]] = {
    "encrypted_regex": lambda text: _matching(text, chosen=True),
    "unencrypted_regex": lambda text: _matching(text, chosen=False),
    "encrypted_suffix": lambda text: _ending(text, chosen=True),
    "unencrypted_suffix": lambda text: _ending(text, chosen=False),
}


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, ScalarNode) else ""


def _leaves(root: Node, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ScalarNode]]:
    """Scalars below a mapping, each with the keys above it; without recursion, as nesting has no limit."""
    waiting: list[tuple[tuple[str, ...], Node]] = [(above, root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, ScalarNode) and path:
            yield path, node
        elif isinstance(node, MappingNode):
            waiting += [((*path, key), value) for key, (_, value) in reversed(node.entries.items())]
        elif isinstance(node, SequenceNode):
            waiting += [(path, item) for item in reversed(node.items)]
