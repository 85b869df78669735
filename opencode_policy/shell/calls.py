"""Recursion without the interpreter's stack.

Scripts may nest thousands of levels deep. A function that walks them is written as a generator which
yields the generator of each call it wants made and is sent that call's result; `run` keeps the pending
ones in a list.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")
Call = Generator["Call[Any]", Any, T]


def run(call: Call[T]) -> T:
    """Run a call and all calls it yields, and return its result."""
    pending: list[Call[Any]] = [call]
    result: Any = None
    while pending:
        try:
            inner = pending[-1].send(result)
        except StopIteration as stop:
            pending.pop()
            result = stop.value
        else:
            pending.append(inner)
            result = None
    final: T = result
    return final
