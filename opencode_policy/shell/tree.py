"""Text to syntax tree, by tree-sitter with the tree-sitter-bash grammar."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from opencode_policy.lean import dataclass
from opencode_policy.shell.spans import Offsets, Span, bytes_to_characters, without_carriage_returns

if TYPE_CHECKING:
    from tree_sitter import Language, Node

_OPERATOR = re.compile(r"[|&;()<>]{1,3}")
_STRAY = frozenset({"}", "then", "elif", "else", "fi", "do", "done", "esac"})


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A parsed text: the script itself, or a piece of it that a shell would parse a second time."""

    text: str
    data: bytes
    root: Node
    characters: Offsets
    origin: Offsets

    def local(self, start: int, end: int) -> Span:
        """Return the character range of a byte range, within this text."""
        return Span(self.characters.at(start), self.characters.at(end))

    def span(self, start: int, end: int) -> Span:
        """Return the character range of a byte range, in the coordinates of the whole script."""
        local = self.local(start, end)
        return self.origin.span(local.start, local.end)

    def slice(self, start: int, end: int) -> str:
        """Return the text of a byte range."""
        return self.data[start:end].decode("utf-8", "replace")


def read_source(text: str) -> Source:
    """Parse a whole script; CR LF line ends are accepted."""
    return _parse(*without_carriage_returns(text))


def read_piece(text: str, origin: Offsets) -> Source:
    """Parse a text taken out of a script, each of whose characters `origin` maps to the script."""
    return _parse(text, origin)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where a text is no valid shell, and what is wrong there."""

    span: Span
    words: str


def syntax_errors(source: Source) -> tuple[Fault, ...]:
    """Return the places where the text is not valid shell, outermost first, in order.

    The grammar takes a stray `fi` or `}` for a command; a shell does not, so these count as well.
    """
    found: list[Fault] = []
    pending = [source.root]
    while pending:
        node = pending.pop()
        if node.is_missing:
            found.append(_missing(source, node))
        elif node.is_error or _is_stray(source, node):
            found.append(_misplaced(source, node))
        else:
            pending.extend(reversed(node.named_children if not node.has_error else node.children))
    return tuple(found)


def first_byte(node: Node) -> int:
    """Return where a node really starts: in double quotes the grammar's tokens swallow blanks before them."""
    while node.child_count:
        node = node.children[0]
    text = node.text or b""
    return node.start_byte + len(text) - len(text.lstrip())


def _missing(source: Source, node: Node) -> Fault:
    """What is missing is told at the token that asks for it: `do` for a `done`, `(` for a `)`."""
    parent = node.parent
    first = parent.children[0] if parent is not None else node
    if first is node or first.is_named:
        return Fault(source.span(node.start_byte, node.end_byte), "the shell expects more here")
    text = source.slice(first.start_byte, first.end_byte)
    return Fault(source.span(first.start_byte, first.end_byte), f"'{text}' has no '{node.type}'")


def _misplaced(source: Source, node: Node) -> Fault:
    text = source.slice(node.start_byte, node.end_byte)
    span = source.span(node.start_byte, node.end_byte)
    if text in _STRAY or _OPERATOR.fullmatch(text):
        return Fault(span, f"'{text}' is out of place")
    return Fault(span, "no shell can read the script from here on")


def _is_stray(source: Source, node: Node) -> bool:
    return node.type == "command_name" and source.slice(node.start_byte, node.end_byte) in _STRAY


def _parse(text: str, origin: Offsets) -> Source:
    from tree_sitter import Parser

    data = text.encode("utf-8", "replace")
    root = Parser(_language()).parse(data).root_node
    return Source(text, data, root, bytes_to_characters(text), origin)


@cache
def _language() -> Language:
    import tree_sitter_bash
    from tree_sitter import Language

    return Language(tree_sitter_bash.language())
