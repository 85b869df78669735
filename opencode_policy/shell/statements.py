"""Tree to statements, repairing where the grammar binds operators and redirections otherwise than a shell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call, run
from opencode_policy.shell.commands import COMMANDS, read_command, read_redirects
from opencode_policy.shell.joining import attached, chained, piped
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import (
    Background,
    Case,
    CaseItem,
    Command,
    For,
    Function,
    Group,
    If,
    Literal,
    Loop,
    Pipeline,
    Redirect,
    Sequence,
    Statement,
    Word,
)
from opencode_policy.shell.tree import Source
from opencode_policy.shell.words import Reading, read_word, read_words

if TYPE_CHECKING:
    from tree_sitter import Node

_TAIL = frozenset({"&&", "||"})


def read_statements(source: Source) -> Sequence:
    """Read all statements of a parsed text."""
    return run(_sequence(Reading(source, _sequence), source.root.children))


def _sequence(reading: Reading, nodes: list[Node]) -> Call[Sequence]:
    found: list[Statement] = []
    for node in nodes:
        if node.type == "&" and found:
            found[-1] = Background(found[-1])
        elif node.is_named and node.type != "comment":
            found += yield _statement(reading, node)
    return tuple(found)


def _statement(reading: Reading, node: Node) -> Call[Sequence]:
    """Read one statement; of what the grammar could not make out, the statements inside."""
    if node.type in COMMANDS:
        return ((yield read_command(reading, node)),)
    read = _READERS.get(node.type)
    if read is None:
        inside: Sequence = yield _sequence(reading, node.children)
        return inside
    return ((yield read(reading, node)),)


def _only(reading: Reading, node: Node | None) -> Call[Statement]:
    """Read a node that stands where the grammar has one statement."""
    if node is None:
        return Command((), Span(0, 0))
    found: Sequence = yield _statement(reading, node)
    return found[0] if len(found) == 1 else Group(found)


def _and_or(reading: Reading, node: Node) -> Call[Statement]:
    operands: list[tuple[str, Node]] = []
    while node.type == "list":
        left, right = _operands(node)
        operands.append((next(child.type for child in node.children if child.type in _TAIL), right))
        node = left
    first = yield _only(reading, node)
    rest: list[tuple[str, Statement]] = []
    for operator, operand in reversed(operands):
        rest.append((operator, (yield _only(reading, operand))))
    return chained(first, rest)


def _operands(node: Node) -> list[Node]:
    return [child for child in node.children if child.is_named and child.type != "comment"]


def _pipeline(reading: Reading, node: Node) -> Call[Statement]:
    stages: list[Statement] = []
    for child in node.children:
        if child.type == "|&" and stages:
            one = Word(
                (Literal("1", (span := reading.source.span(child.start_byte, child.end_byte)), False),), span
            )
            stages[-1] = attached(stages[-1], (), (Redirect(">&", span, 2, one),))
        elif child.is_named and child.type != "comment":
            stages.append((yield _only(reading, child)))
    return piped(stages)


def _negated(reading: Reading, node: Node) -> Call[Statement]:
    body = yield _only(reading, _operands(node)[0] if _operands(node) else None)
    return replace(body, negated=not body.negated) if isinstance(body, Pipeline) else Pipeline((body,), True)


def _redirected(reading: Reading, node: Node) -> Call[Statement]:
    redirects = node.children_by_field_name("redirect")
    words, read = yield read_redirects(reading, redirects)
    body = node.child_by_field_name("body")
    found = attached((yield _only(reading, body)) if body else _empty(reading, node), words, read)
    for redirect in redirects:
        if redirect.type == "heredoc_redirect":
            found = yield _behind_heredoc(reading, redirect, found)
    return found


def _empty(reading: Reading, node: Node) -> Command:
    return Command((), reading.source.span(node.start_byte, node.end_byte))


def _behind_heredoc(reading: Reading, node: Node, found: Statement) -> Call[Statement]:
    """The grammar puts `| stage` and `&& next` under a here-document that they follow."""
    operator = node.child_by_field_name("operator")
    for child in node.named_children:
        if child.type == "pipeline":
            tail = yield _pipeline(reading, child)
            found = piped([found, tail])
    if operator is not None:
        right = yield _only(reading, node.child_by_field_name("right"))
        found = chained(found, [(operator.type, right)])
    return found


def _group(reading: Reading, node: Node) -> Call[Statement]:
    if node.children and node.children[0].type == "((":
        arithmetic: Statement = yield _arithmetic(reading, node)
        return arithmetic
    return Group((yield _sequence(reading, node.children)), node.type == "subshell")


def _arithmetic(reading: Reading, node: Node) -> Call[Statement]:
    span = reading.source.span(node.start_byte, node.end_byte)
    name = Word((Literal("((", Span(span.start, span.start + 2), False),), Span(span.start, span.start + 2))
    return Command((name, (yield read_word(reading, node))), span)


def _if(reading: Reading, node: Node) -> Call[Statement]:
    branches = [node, *(child for child in node.children if child.type == "elif_clause")]
    arms = []
    for branch in branches:
        condition, body = _split(branch, "then")
        arms.append(((yield _sequence(reading, condition)), (yield _sequence(reading, body))))
    otherwise = next((child.children for child in node.children if child.type == "else_clause"), [])
    return If(tuple(arms), (yield _sequence(reading, otherwise)))


def _split(node: Node, keyword: str) -> tuple[list[Node], list[Node]]:
    """Divide a node's children at a keyword; clauses that are branches of their own are left out."""
    children = [child for child in node.children if child.type not in ("elif_clause", "else_clause")]
    at = next((i for i, child in enumerate(children) if child.type == keyword), len(children))
    return children[:at], children[at + 1 :]


def _loop(reading: Reading, node: Node) -> Call[Statement]:
    condition, _ = _split(node, "do_group")
    body = node.child_by_field_name("body")
    test = yield _sequence(reading, condition)
    return Loop(
        test, (yield _sequence(reading, body.children if body else [])), node.children[0].type == "until"
    )


def _for(reading: Reading, node: Node) -> Call[Statement]:
    source, body = reading.source, node.child_by_field_name("body")
    variable = node.child_by_field_name("variable")
    statements = yield _sequence(reading, body.children if body else [])
    words = yield read_words(reading, node.children_by_field_name("value"))
    listed = any(child.type == "in" for child in node.children)
    name = source.slice(variable.start_byte, variable.end_byte) if variable else ""
    span = source.span(node.start_byte, node.end_byte)
    return For(name, words if listed else None, statements, span)


def _counted(reading: Reading, node: Node) -> Call[Statement]:
    body = node.child_by_field_name("body")
    condition, _ = _split(node, body.type if body else "")
    statements = yield _sequence(reading, body.children if body else [])
    test = [child for child in condition if child.is_named]
    counter = (yield _arithmetic(reading, test[0])) if test else _empty(reading, node)
    return Loop((counter,), statements, until=False)


def _case(reading: Reading, node: Node) -> Call[Statement]:
    value = node.child_by_field_name("value")
    subject = (yield read_word(reading, value)) if value else Word((), Span(0, 0))
    items: list[CaseItem] = []
    for child in node.children:
        if child.type == "case_item":
            items += ((yield _case_item(reading, child)),)
    return Case(subject, tuple(items))


def _case_item(reading: Reading, node: Node) -> Call[CaseItem]:
    patterns = yield read_words(reading, node.children_by_field_name("value"))
    _, body = _split(node, ")")
    end = body[-1].type if body and body[-1].type in (";;", ";&", ";;&") else ";;"
    span = reading.source.span(node.start_byte, node.end_byte)
    return CaseItem(patterns, (yield _sequence(reading, body)), end, span)


def _function(reading: Reading, node: Node) -> Call[Statement]:
    source = reading.source
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    _, redirects = yield read_redirects(reading, node.children_by_field_name("redirect"))
    statement: Statement = yield _only(reading, body)
    text = source.slice(name.start_byte, name.end_byte) if name else ""
    span = source.span(node.start_byte, node.end_byte)
    return Function(text, attached(statement, (), redirects) if redirects else statement, span)


_READERS = {
    "list": _and_or,
    "pipeline": _pipeline,
    "negated_command": _negated,
    "redirected_statement": _redirected,
    "compound_statement": _group,
    "subshell": _group,
    "if_statement": _if,
    "while_statement": _loop,
    "for_statement": _for,
    "c_style_for_statement": _counted,
    "case_statement": _case,
    "function_definition": _function,
}
