"""Expressions that most runs do not need, compiled when first asked for: that takes a millisecond each."""

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled form of a pattern."""
    return re.compile(pattern)
