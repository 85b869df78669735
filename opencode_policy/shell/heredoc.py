"""Here-documents. The grammar loses expansions in their bodies: they are found here and parsed one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from opencode_policy.shell import quoting
from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import Literal, Part, Word
from opencode_policy.shell.tree import read_piece
from opencode_policy.shell.words import EXPANSIONS, Reading, literal_runs, read_word

if TYPE_CHECKING:
    from tree_sitter import Node

_EXPANSION = re.compile(r"\\.|\$(?:[A-Za-z_]\w*|[0-9@*#?$!-]|\(|\{)|`", re.DOTALL | re.ASCII)
_INNER = re.compile(r"\\.|'[^']*'|\$?[({]|[)}`\"]", re.DOTALL)
_CLOSING = {"(": ")", "{": "}", "`": "`", '"': '"'}


def read_body(reading: Reading, node: Node) -> Call[Word]:
    """Read the text of a here-document, given the redirection's node, as one quoted word."""
    source = reading.source
    parts = {child.type: child for child in node.children}
    start, end = _extent(source.data, parts)
    text, base = source.slice(start, end), source.characters.at(start)
    delimiter = parts["heredoc_start"]
    if set(source.slice(delimiter.start_byte, delimiter.end_byte)) & set("'\"\\"):
        found = literal_runs(text, source.origin, base, quoting.raw, quoted=True)
    else:
        found = yield _expanded(reading, text, base)
    return Word(tuple(found), source.span(start, end))


def _extent(data: bytes, parts: dict[str, Node]) -> tuple[int, int]:
    """The body's node leaves out leading blanks and may hold the tabs before the delimiter."""
    body, closing = parts.get("heredoc_body"), parts.get("heredoc_end")
    if body is None:
        at = parts["heredoc_start"].end_byte
        return at, at
    start = data.rfind(b"\n", 0, body.start_byte) + 1
    end = data.rfind(b"\n", 0, closing.start_byte) + 1 if closing else body.end_byte
    return start, max(start, end)


def _expanded(reading: Reading, text: str, base: int) -> Call[list[Part]]:
    origin = reading.source.origin
    found: list[Part] = []
    done = 0
    for first, last in _expansions(text):
        found += literal_runs(text[done:first], origin, base + done, quoting.here_document, quoted=True)
        piece = read_piece(text[first:last], origin.part(base + first, base + last))
        word: Word = yield read_word(replace(reading, source=piece), _first_expansion(piece.root))
        found += [part if isinstance(part, Literal) else replace(part, quoted=True) for part in word.parts]
        done = last
    return found + literal_runs(text[done:], origin, base + done, quoting.here_document, quoted=True)


def _expansions(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while match := _EXPANSION.search(text, at):
        at = match.end()
        if match[0][-1] in _CLOSING and match[0][0] != "\\":
            at = _closing(text, at, match[0][-1])
        if match[0][0] != "\\":
            yield match.start(), at


def _closing(text: str, at: int, opening: str) -> int:
    """Return the offset behind the bracket that closes `opening`; the text's end if none does."""
    expected = [_CLOSING[opening]]
    while match := _INNER.search(text, at):
        at = match.end()
        token = match[0][-1]
        quoted = expected[-1] == '"' and not match[0].startswith(("$", '"', "`", "\\"))
        if match[0] == expected[-1]:
            expected.pop()
        elif quoted:
            at = match.start() + 1
        elif token in _CLOSING and match[0][0] != "\\" and opening != "`":
            expected.append(_CLOSING[token])
        if not expected:
            return at
    return len(text)


def _first_expansion(node: Node) -> Node:
    while node.child_count and node.type not in EXPANSIONS:
        node = node.children[0]
    return node
