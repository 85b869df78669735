"""Python values and YAML nodes to frozen dataclasses, strictly: nothing is coerced, nothing is skipped.

This is the fast path of every run. It says only that a value does not fit; where and why is the business
of `explain`, which asks pydantic. A test shows that the two accept the same values with the same result.
"""

from __future__ import annotations

from typing import TypeVar

from opencode_policy.nodes import Node
from opencode_policy.policy.readers import DecodeError, reader_of
from opencode_policy.scalars import to_python

__all__ = ["DecodeError", "decode", "decode_value"]

T = TypeVar("T")


def decode(cls: type[T], node: Node | None) -> T:
    """Read a node as a dataclass. Raises DecodeError; an unsupported field type is a TypeError."""
    return decode_value(cls, to_python(node))


def decode_value(cls: type[T], value: object) -> T:
    """Read plain values (dict, list or tuple, scalars) as a dataclass. Raises as `decode` does."""
    result: T = reader_of(cls)(value)
    return result
