"""Tree to words: quote removal, and the expansions that a word holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from opencode_policy.lean import dataclass
from opencode_policy.shell import quoting
from opencode_policy.shell.calls import Call
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.shell.syntax import Arithmetic, Literal, Parameter, Part, Sequence, Substitution, Word
from opencode_policy.shell.tree import Source, first_byte, read_piece

if TYPE_CHECKING:
    from tree_sitter import Node

_QUOTES = frozenset({"string", "raw_string", "ansi_c_string"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
EXPANSIONS = frozenset({"simple_expansion", "expansion", "arithmetic_expansion"}) | _SUBSTITUTIONS


@dataclass(frozen=True, slots=True)
class Reading:
    """The text being read, and how to read the statements of a command substitution in it."""

    source: Source
    statements: Callable[[Reading, list[Node]], Call[Sequence]]


def read_word(reading: Reading, node: Node) -> Call[Word]:
    """Read one word, whatever the grammar calls it."""
    source = reading.source
    start, end = first_byte(node), node.end_byte
    if node.type in EXPANSIONS or node.type in _QUOTES:
        parts = yield _part(reading, node, False)
    elif not node.child_count:
        parts = literals(source, start, end, quoting.unquoted)
    else:
        parts = yield _parts(reading, node)
    return Word(tuple(parts), source.span(start, end))


def read_words(reading: Reading, nodes: Iterable[Node]) -> Call[tuple[Word, ...]]:
    """Read words that stand in a row."""
    words: list[Word] = []
    for node in nodes:
        words += ((yield read_word(reading, node)),)
    return tuple(words)


def literals(
    source: Source, start: int, end: int, remove: Callable[[str], list[quoting.Run]], quoted: bool = False
) -> list[Part]:
    """Return the literal parts of a byte range, one per stretch that has no escape sequence inside."""
    text, base, origin = source.slice(start, end), source.characters.at(start), source.origin
    return literal_runs(text, origin, base, remove, quoted) if start < end else []


def literal_runs(
    text: str, origin: Offsets, base: int, remove: Callable[[str], list[quoting.Run]], quoted: bool = False
) -> list[Part]:
    """Return the literal parts of `text`, which stands at `base` in the text that `origin` maps."""
    return [
        Literal(value, origin.span(base + first, base + last), quoted or value != text[first:last])
        for value, first, last in remove(text)
    ]


def unescaped(source: Source, start: int, end: int, remove: Callable[[str], list[quoting.Run]]) -> Source:
    """Parse what quote removal leaves of a byte range, each character mapped to where it was written."""
    return reparse(tuple(literals(source, start, end, remove)), "")


def reparse(parts: tuple[Part, ...], script: str) -> Source:
    """Parse a word's text as a script of its own; expansions keep their spelling, taken from `script`."""
    local, outer, texts, at = [0], [parts[0].span.start if parts else 0], [], 0
    for part in parts:
        text = part.text if isinstance(part, Literal) else script[part.span.start : part.span.end]
        local.append(at)
        outer.append(part.span.start)
        texts.append(text)
        at += len(text)
    return read_piece("".join(texts), Offsets(tuple(local), tuple(outer)))


def _parts(reading: Reading, node: Node, quoted: bool = False) -> Call[list[Part]]:
    """Read what lies in a node: its expansions and quotations, and as literal text all between them."""
    source = reading.source
    remove = quoting.double_quoted if quoted else quoting.unquoted
    found: list[Part] = []
    start, end = _inside(source, node)
    for child in _notable(node):
        begin = first_byte(child)
        bare = begin - (child.type == "string" and source.slice(begin - 1, begin) == "$" and not quoted)
        found += literals(source, start, bare, remove, quoted)
        found += yield _part(reading, child, quoted)
        start = child.end_byte
    return found + literals(source, start, end, remove, quoted)


def _inside(source: Source, node: Node) -> tuple[int, int]:
    start, end = first_byte(node), node.end_byte
    if node.type != "string":
        return start, end
    closed = end - start > 1 and source.data[end - 1 : end] == b'"'
    return start + 1, end - closed


def _notable(node: Node) -> list[Node]:
    found: list[Node] = []
    pending = node.children[::-1]
    while pending:
        child = pending.pop()
        if child.type in EXPANSIONS or child.type in _QUOTES:
            found.append(child)
        else:
            pending.extend(child.children[::-1])
    return found


def _part(reading: Reading, node: Node, quoted: bool) -> Call[list[Part]]:
    source, start, end = reading.source, first_byte(node), node.end_byte
    span = source.span(start, end)
    if node.type in _QUOTES:
        quotation: list[Part] = yield _quotation(reading, node, span)
        return quotation
    if node.type in _SUBSTITUTIONS:
        return [(yield _substitution(reading, node, quoted))]
    if node.type == "arithmetic_expansion":
        inner = []
        for child in _notable(node):
            inner += yield _part(reading, child, True)
        return [Arithmetic(tuple(inner + _names(source, node)), span, quoted)]
    return [(yield _parameter(reading, node, span, quoted))]


def _quotation(reading: Reading, node: Node, span: Span) -> Call[list[Part]]:
    source, start, end = reading.source, first_byte(node), node.end_byte
    if node.type == "string":
        found = yield _parts(reading, node, quoted=True)
    elif node.type == "raw_string":
        found = literals(source, start + 1, end - 1, quoting.raw, quoted=True)
    else:
        found = literals(source, start + 2, end - 1, quoting.ansi_c, quoted=True)
    return found or [Literal("", span, True)]


def _names(source: Source, node: Node) -> list[Part]:
    """Return the bare variable names of an arithmetic expression."""
    found: list[Part] = []
    pending = list(node.children)
    while pending:
        child = pending.pop(0)
        if child.type == "variable_name":
            text = source.slice(child.start_byte, child.end_byte)
            found.append(Parameter(text, source.span(child.start_byte, child.end_byte), True))
        elif child.type not in EXPANSIONS:
            pending[:0] = child.children
    return found


def _parameter(reading: Reading, node: Node, span: Span, quoted: bool) -> Call[Parameter]:
    source = reading.source
    found = Parameter("", span, quoted)
    operands: list[Word] = []
    for child in node.children[1:]:
        text = source.slice(child.start_byte, child.end_byte)
        if child.type == "subscript":
            name, _, index = text.partition("[")
            found = replace(found, name=name, index=index.removesuffix("]"))
        elif not found.name and child.type in ("variable_name", "special_variable_name"):
            found = replace(found, name=text)
        elif not found.name:
            found = replace(found, prefix=text)
        elif child.is_named:
            operands.append((yield read_word(reading, child)))
        elif text != "}":
            found = replace(found, operator=found.operator + text)
    return replace(found, operands=tuple(operands))


def _substitution(reading: Reading, node: Node, quoted: bool) -> Call[Substitution]:
    source, start, end = reading.source, first_byte(node), node.end_byte
    opening = source.slice(start, node.children[0].end_byte)
    inner = reading
    if opening == "`" and "\\" in source.slice(start, end):
        inner = replace(reading, source=unescaped(source, start + 1, end - 1, quoting.backquoted))
        body = yield reading.statements(inner, inner.source.root.children)
    else:
        body = yield reading.statements(reading, node.children[1:-1])
    return Substitution(body, source.span(start, end), quoted, opening)
