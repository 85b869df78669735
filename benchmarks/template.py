"""Text templates for YAML: `@name` is a value, and alone on its line a block that takes the indentation."""

import re
from textwrap import dedent
from typing import Final

_BLOCK: Final = re.compile(r"( *)@([a-z_]+)")
_VALUE: Final = re.compile(r"@([a-z_]+)")


def fill(template: str, **values: object) -> str:
    """The template with its values; an empty block leaves no line. Raises KeyError for a missing value."""
    lines: list[str] = []
    for line in dedent(template).strip("\n").split("\n"):
        block = _BLOCK.fullmatch(line)
        if block:
            text = str(values[block[2]]).strip("\n")
            lines += [block[1] + inner if inner else "" for inner in text.split("\n") if text]
        else:
            lines.append(_VALUE.sub(lambda found: str(values[found[1]]), line))
    return "\n".join(lines) + "\n"


def schema(url: str) -> str:
    """The comment that editors read."""
    return f"# yaml-language-server: $schema=https://{url}"
