"""The data of a generator: `envs`, `literals` and `files`, in the order in which kustomize reads them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.expand import synthesize
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.object import text_of
from opencode_policy.expand.refusal import Refused
from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode
from opencode_policy.source import Source


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry of generated data; `binary` are the bytes of a file that is no text."""

    name: str
    value: ScalarNode
    origin: Node
    binary: bytes | None = None


def pairs_of(generator: MappingNode, folder: Folder, made: Change) -> list[Pair]:
    """Everything that a generator reads, sorted by name. Raises `Refused` for what kustomize refuses."""
    found: dict[str, Pair] = {}
    for pair in _pairs(generator, folder, made):
        first = found.setdefault(pair.name, pair)
        if first is not pair:
            related = Related("the key is given here first", first.origin.location)
            raise Refused(f"the key '{pair.name}' is given twice", pair.origin.location, related)
    return [found[name] for name in sorted(found)]


def _pairs(generator: MappingNode, folder: Folder, made: Change) -> Iterator[Pair]:
    single = generator.get("env")
    for node in [*items_of(generator.get("envs")), *([single] if single is not None else [])]:
        if isinstance(node, ScalarNode) and node.value:
            yield from _of_env_file(folder.source(node), node, made)
    for node in items_of(generator.get("literals")):
        yield _literal(node)
    for node in items_of(generator.get("files")):
        if isinstance(node, ScalarNode):
            yield _file(node, folder, made)


def _of_env_file(source: Source, origin: ScalarNode, made: Change) -> Iterator[Pair]:
    """Lines `name=value`; blank lines and comments are left out, a name alone has an empty value."""
    offset = 0
    for line in source.text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        text = line.removesuffix("\r").lstrip()
        if text and not text.startswith("#"):
            name, _, value = text.partition("=")
            first = start + len(line) - len(line.lstrip())
            end = first + len(text)
            places = synthesize.Offset(end - len(value)), synthesize.Offset(end)
            node = ScalarNode(source, *places, None, value, synthesize.FILE_STYLE, (made,))
            yield Pair(name, node, origin)


def _literal(node: Node) -> Pair:
    name, equals, value = text_of(node).partition("=")
    if not name or not equals:
        raise Refused("a literal is written name=value", node.location)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return Pair(name, synthesize.scalar(value, node), node)


def _file(node: ScalarNode, folder: Folder, made: Change) -> Pair:
    """A file under its own name, or under another one: `name=path`."""
    before, equals, after = node.value.partition("=")
    if equals and (not before or not after or "=" in after):
        raise Refused("a file is written path or name=path", node.location)
    path = after if equals else before
    found = folder.any_file(node, path)
    name = before if equals else posixpath.basename(path)
    content = folder.files.binaries.get(found)
    if content is not None:
        return Pair(name, synthesize.scalar("", node, made), node, content)
    return Pair(name, synthesize.of_file(folder.files.sources[found], made), node)
