"""A page of the manual as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from opencode_policy.report.manual import Code, Section
from opencode_policy.report.markdown import fenced
from opencode_policy.report.style import Style
from opencode_policy.report.table import cell, table
from opencode_policy.report.visible import visible, wrap

_INDENT = "  "


def as_text(sections: Iterable[Section], style: Style, width: int) -> str:
    """Sections for a terminal, one empty line between them."""
    return "\n\n".join("\n".join(_text(section, style, width)) for section in sections)


def _text(section: Section, style: Style, width: int) -> Iterator[str]:
    yield style(section.title, "bold")
    for paragraph in section.paragraphs:
        yield from (_INDENT + line for line in wrap(paragraph, width - len(_INDENT)))
    yield from items(section.items, style, width)
    for code in section.code:
        if code.name:
            yield f"{_INDENT}{style(code.name, 'dim')}"
        yield from (f"{_INDENT * 2}{visible(line)}".rstrip() for line in code.text.rstrip().split("\n"))


def items(pairs: Sequence[tuple[str, str]], style: Style, width: int) -> list[str]:
    """Names with what is said of each, aligned."""
    rows = [(cell(name, "cyan"), cell(words)) for name, words in pairs]
    return table(rows, style, total=width, indent=len(_INDENT), limits=(28,))


def as_markdown(sections: Iterable[Section]) -> str:
    """Sections for GitHub; the text comes from rules, not from the tree, and may hold markup."""
    return "\n\n".join("\n\n".join(_markdown(section)) for section in sections)


def _markdown(section: Section) -> Iterator[str]:
    yield f"### {section.title}"
    yield from section.paragraphs
    if section.items:
        yield "\n".join(f"- `{name}`{': ' + words if words else ''}" for name, words in section.items)
    for code in section.code:
        yield from _markdown_code(code)


def _markdown_code(code: Code) -> Iterator[str]:
    if code.name:
        yield f"`{code.name}`"
    if code.text.strip():
        yield fenced(code.text, code.language)
