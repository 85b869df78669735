"""Variables with their values, as text."""

from __future__ import annotations

from opencode_policy.shell.holes import SECRET
from opencode_policy.taint.cells import Variable
from opencode_policy.taint.values import (
    ANYTHING,
    Text,
    Value,
    altered,
    concatenated,
    constant,
    merged,
    secret,
)

MOST_LINES = 40
"""Variables that a listing tells one by one."""


def listing(variables: list[tuple[str, Variable]], prefix: str = "", end: str = "\n") -> Value:
    """Variables line by line, as `env` and `export -p` print them."""
    if len(variables) > MOST_LINES:
        return secret(merged(*(cell.value.flows for _, cell in variables)))
    lines = [
        Value((altered(text, f"{prefix}{name}={text.skeleton}{end}"),))
        for name, cell in variables
        for text in (Text(SECRET, cell.value.flows) if cell.value.flows else ANYTHING.texts[0],)
    ]
    return concatenated(lines) if lines else constant("")
