"""Text of the tree inside Markdown: shown as it is, never taken for markup."""

from __future__ import annotations

import re

from opencode_policy.report.visible import visible

_PUNCTUATION = re.compile(r"([\\`*_\[\]<>#|~$@&])")


def escaped(text: str) -> str:
    """A text that GitHub's Markdown shows letter by letter, also inside a table.

    Every punctuation mark that could begin markup is escaped, `&` as an entity, and `@` and `#` get a
    zero-width joiner behind them, without which GitHub would mention people and link issues.
    """
    return _PUNCTUATION.sub(_escape, visible(text))


def _escape(match: re.Match[str]) -> str:
    char = match[1]
    if char == "&":
        return "&amp;"
    return f"\\{char}&zwj;" if char in "@#" else f"\\{char}"


def code(text: str) -> str:
    """A text as inline code; backticks in it would end the code and are replaced, bars escaped."""
    return f"`{visible(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def fenced(text: str, language: str) -> str:
    """A block of code whose fence is longer than any run of backticks inside it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
