"""Sections of a Markdown file, and the code in them (CommonMark 0.31, as far as a manual needs it)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.lean import dataclass

_FENCE = re.compile(r"[ \t>]*(?P<mark>`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<title>.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?P<mark>=+|-{2,})[ \t]*")
_STARTS_NO_PARAGRAPH = re.compile(r"\s*(?:$|[|>#-]|\d+[.)])")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?P<code>(?:(?!\n[ \t]*\n)[\s\S])+?)(?<!`)\1(?!`)")
_MARKUP = re.compile(r"[`*_]|\[(?P<text>[^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with everything below it, subsections included.

    `start` and `end` are offsets of the heading's line; `text` begins at `begin`, and has blanks where the
    file has comments.
    """

    title: str
    level: int
    start: int
    end: int
    begin: int
    text: str

    def code(self) -> Iterator[tuple[int, str]]:
        """Lines of code blocks, then inline code, each with its offset in the file."""
        prose = list(re.sub(r"[^\n]", " ", self.text))
        for offset, line, fenced in _lines(self.text):
            if fenced:
                yield self.begin + offset, line
            else:
                prose[offset : offset + len(line)] = line
        for span in _SPAN.finditer("".join(prose)):
            yield self.begin + span.start("code"), span["code"]


def visible(text: str) -> str:
    """A file with blanks in place of its comments: every offset stays what it was."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def sections(text: str) -> list[Section]:
    """Every section of a file, in order."""
    shown = visible(text)
    heads = list(_headings(shown))
    found = []
    for index, (title, level, start, end, begin) in enumerate(heads):
        later = (head[2] for head in heads[index + 1 :] if head[1] <= level)
        found.append(Section(title, level, start, end, begin, shown[begin : next(later, len(shown))]))
    return found


def _headings(text: str) -> Iterator[tuple[str, int, int, int, int]]:
    """Title, level, offsets of the title's line, and where the text begins."""
    above: tuple[int, str] | None = None
    for offset, line, fenced in _lines(text):
        end = offset + len(line)
        match = None if fenced else _HEADING.fullmatch(line)
        under = None if fenced or above is None else _UNDERLINE.fullmatch(line)
        if match is not None:
            yield _plain(match["title"] or ""), len(match["marks"]), offset, end, end
        elif under is not None and above is not None:
            level = 1 if under["mark"].startswith("=") else 2
            yield _plain(above[1]), level, above[0], above[0] + len(above[1]), end
        is_paragraph = not fenced and match is None and not _STARTS_NO_PARAGRAPH.match(line)
        above = (offset, line) if is_paragraph and under is None else None


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Offset and text of each line, and whether it lies inside a fenced block; the fences are left out."""
    offset, fence = 0, ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        mark = found["mark"] if found else ""
        if fence and mark.startswith(fence):
            fence = ""
        elif not fence and mark:
            fence = mark
        else:
            yield offset, line, bool(fence)
        offset += len(line) + 1


def _plain(title: str) -> str:
    return " ".join(_MARKUP.sub(lambda found: found["text"] or "", title).split())
