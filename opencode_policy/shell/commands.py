"""Tree to simple commands: assignments, words and redirections."""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import TYPE_CHECKING

from opencode_policy.lean import dataclass
from opencode_policy.shell.calls import Call
from opencode_policy.shell.heredoc import read_body
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Assignment, Command, Literal, Redirect, Word
from opencode_policy.shell.tree import Source, first_byte
from opencode_policy.shell.words import Reading, read_word, read_words

if TYPE_CHECKING:
    from tree_sitter import Node

_CONTINUATION = re.compile(rb"(\\\n)*")
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
_EXPRESSIONS = frozenset({"unary_expression", "binary_expression", "parenthesized_expression"})
_NOT_WORDS = frozenset({"comment", "subshell", ";", "heredoc_body", "heredoc_end", "pipeline"})
COMMANDS = frozenset(
    {
        "command", "declaration_command", "unset_command", "test_command", "variable_assignment",
        "variable_assignments", "file_redirect", "herestring_redirect",
    }
)  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """A command being put together; `ends` holds the byte ranges of its words."""

    words: list[Word] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)


def read_command(reading: Reading, node: Node) -> Call[Command]:
    """Read a simple command, a declaration such as `export`, a test or a lone assignment or redirection."""
    draft = _Draft()
    children = [node] if node.type in ("variable_assignment", *_REDIRECTS) else _flat(node)
    for child in children:
        yield _add(reading, draft, child)
    words = _joined(reading, draft)
    span = reading.source.span(first_byte(node), node.end_byte)
    return Command(words, span, tuple(draft.assignments), tuple(draft.redirects))


def read_redirects(
    reading: Reading, nodes: list[Node]
) -> Call[tuple[tuple[Word, ...], tuple[Redirect, ...]]]:
    """Read redirections; the grammar files arguments that follow one under it: these come back as words."""
    draft = _Draft()
    for node in nodes:
        yield _add(reading, draft, node)
    return _joined(reading, draft), tuple(draft.redirects)


def extended(command: Command, words: tuple[Word, ...], redirects: tuple[Redirect, ...]) -> Command:
    """Return the command with words and redirections that stood behind it."""
    ends = [command.span.end, *(word.span.end for word in words), *(item.span.end for item in redirects)]
    span = Span(command.span.start, max(ends))
    return replace(command, words=command.words + words, redirects=command.redirects + redirects, span=span)


def _flat(node: Node) -> list[Node]:
    """Return the node's children with test expressions taken apart into their words and operators."""
    found: list[Node] = []
    pending = node.children[::-1]
    while pending:
        child = pending.pop()
        if child.type in _EXPRESSIONS or child.type == "command_name":
            pending.extend(child.children[::-1])
        else:
            found.append(child)
    return found


def _add(reading: Reading, draft: _Draft, node: Node) -> Call[None]:
    if node.type == "variable_assignment":
        assignment: Assignment = yield _assignment(reading, node)
        if draft.words:
            _append(draft, _assignment_word(reading, node, assignment), node)
        else:
            draft.assignments.append(assignment)
    elif node.type in _REDIRECTS:
        yield _redirect(reading, draft, node)
    elif node.type not in _NOT_WORDS and node.end_byte > node.start_byte:
        _append(draft, (yield read_word(reading, node)), node)


def _append(draft: _Draft, word: Word, node: Node) -> None:
    draft.words.append(word)
    draft.ends.append((first_byte(node), node.end_byte))


def _joined(reading: Reading, draft: _Draft) -> tuple[Word, ...]:
    """Join words with nothing or only a line continuation between them, which the grammar splits."""
    joined: list[Word] = []
    previous = -1
    for word, (start, end) in zip(draft.words, draft.ends, strict=True):
        gap = reading.source.data[previous:start]
        if joined and previous >= 0 and _CONTINUATION.fullmatch(gap):
            joined[-1] = _concatenated(joined[-1], word)
        else:
            joined.append(word)
        previous = end
    return tuple(joined)


def _concatenated(left: Word, right: Word) -> Word:
    parts = left.parts
    quotation = right.parts and isinstance(right.parts[0], Literal) and right.parts[0].quoted
    if left.value == "$" and quotation:
        parts = ()
    return Word(parts + right.parts, Span(left.span.start, right.span.end), left.assignment)


def _assignment(reading: Reading, node: Node) -> Call[Assignment]:
    source = reading.source
    name, *rest = node.children
    text = source.slice(name.start_byte, name.end_byte).partition("[")[0]
    found = Assignment(text, source.span(node.start_byte, node.end_byte), indexed=name.type == "subscript")
    for child in rest:
        if child.type == "+=":
            found = replace(found, append=True)
        elif child.type == "array":
            found = replace(found, elements=(yield read_words(reading, child.named_children)))
        elif child.is_named:
            found = replace(found, value=(yield read_word(reading, child)))
    return found


def _assignment_word(reading: Reading, node: Node, assignment: Assignment) -> Word:
    """Return an assignment that is an argument, as of `export`, as the word it is."""
    source = reading.source
    name = node.children[0]
    sign = "+=" if assignment.append else "="
    label = Literal(assignment.name + sign, source.span(name.start_byte, name.end_byte), True)
    values = (assignment.value,) if assignment.value else assignment.elements or ()
    parts = tuple(part for value in values for part in value.parts)
    return Word((label, *parts), source.span(node.start_byte, node.end_byte), assignment=True)


def _redirect(reading: Reading, draft: _Draft, node: Node) -> Call[None]:
    source = reading.source
    found = Redirect("", source.span(node.start_byte, node.end_byte))
    for child in node.children:
        text = source.slice(child.start_byte, child.end_byte)
        if child.type == "file_descriptor":
            found = replace(found, descriptor=int(text) if text.isdigit() else None)
        elif not child.is_named and not found.operator:
            found = replace(found, operator=text)
        elif child.type == "heredoc_start":
            found = replace(
                found, body=(yield read_body(reading, node)), span=_until(found.span, source, child)
            )
        elif child.is_named and node.type != "heredoc_redirect":
            found = yield _target(reading, draft, found, child)
    for child in _behind_delimiter(node):
        yield _add(reading, draft, child)
    draft.redirects.append(found)


def _target(reading: Reading, draft: _Draft, redirect: Redirect, node: Node) -> Call[Redirect]:
    """Read the word behind the operator; the grammar takes what follows it for further targets."""
    word: Word = yield read_word(reading, node)
    if redirect.target or redirect.body:
        _append(draft, word, node)
        return redirect
    ended = replace(redirect, span=_until(redirect.span, reading.source, node))
    return replace(ended, body=word) if redirect.operator == "<<<" else replace(ended, target=word)


def _until(span: Span, source: Source, node: Node) -> Span:
    return Span(span.start, source.span(node.start_byte, node.end_byte).end)


def _behind_delimiter(node: Node) -> list[Node]:
    """Return what stands on the line of a here-document's operator, behind its delimiter."""
    if node.type != "heredoc_redirect":
        return []
    return node.children_by_field_name("argument") + node.children_by_field_name("redirect")
