"""Integer expressions of `$((...))`, as far as their values are known."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

from opencode_policy.symbolic.state import State

_LIMIT = 200
_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def evaluate(text: str, state: State) -> int | None:
    """Value of an expression; None where it depends on what is not known, or does more than count."""
    expression = re.sub(r"\$?\{?([A-Za-z_]\w*)\}?", lambda name: _number(name[1], state), text)
    expression = re.sub(r"\$\{?(\d+)\}?", lambda name: _argument(int(name[1]), state), expression).strip()
    if len(expression) > _LIMIT or re.search(r"[^\d\s()+*<>=!-]|\b0\d|\*\*", expression):
        return None
    try:
        return _value(ast.parse(expression, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _number(name: str, state: State) -> str:
    value = state.resolve(state.variables.get(name, "0"))
    return f"({value or 0})" if re.fullmatch(r"-?\d*", value) else "?"


def _argument(index: int, state: State) -> str:
    value = state.arguments[index - 1] if 0 < index <= len(state.arguments) else "?"
    return f"({value})" if re.fullmatch(r"-?\d+", value) else "?"


def _value(node: ast.expr) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand)
        return None if value is None else (-value if isinstance(node.op, ast.USub) else value)
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _value(node.left), _value(node.right)
        return None if left is None or right is None else _BINARY[type(node.op)](left, right)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        left, right = _value(node.left), _value(node.comparators[0])
        return None if left is None or right is None else int(_COMPARE[type(node.ops[0])](left, right))
    return None
