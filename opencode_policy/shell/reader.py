"""A script's text while it is read: where reading stands, what went wrong, which here-documents are due."""

from __future__ import annotations

import re
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.shell.calls import Call
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.shell.syntax import Literal, Redirect, Word

_BLANKS = re.compile(r"(?:[ \t]|\\\n)*")
_BLANK = frozenset(" \t\\")
_COMMENT = re.compile(r"#[^\n]*")
_LINE = re.compile(r"[^\n]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where a text is no valid shell, and what is wrong there."""

    span: Span
    words: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A here-document whose body begins with the next line. `redirect` is still without it."""

    redirect: Redirect
    delimiter: str
    quoted: bool
    tabs: bool

    def fill(self, body: Word) -> None:
        """Complete the redirection, once the line that it stands on has been read."""
        self.redirect.body = body


@dataclass(slots=True)
class Shared:
    """What all readers of one script have in common. `tries` bounds how often a text is read once more."""

    faults: list[Fault] = field(default_factory=list)
    tries: int = 200
    not_arithmetic: set[int] = field(default_factory=set)


class Reader:
    """A position in a text. `origin` maps offsets of the text to those of the whole script."""

    def __init__(self, text: str, origin: Offsets, shared: Shared) -> None:
        self.text = text
        self.origin = origin
        self.shared = shared
        self.at = 0
        self.pending: list[Pending] = []
        self._unmoved = len(origin.local) == 1 and not origin.outer[0]

    def span(self, start: int, end: int) -> Span:
        """A range of the text in the coordinates of the whole script."""
        return Span(start, end) if self._unmoved else self.origin.span(start, end)

    def fault(self, start: int, end: int, words: str) -> None:
        """Note that the text is no valid shell."""
        self.shared.faults.append(Fault(self.span(start, end), words))

    def tried(self, start: int) -> bool:
        """Whether `((` at an offset is known to be two brackets."""
        return self.origin.at(start) in self.shared.not_arithmetic

    def literal(self, text: str, start: int, end: int, *, quoted: bool) -> Literal:
        return Literal(text, self.span(start, end), quoted)

    def skip_blanks(self) -> None:
        """Go on to the next token of the line: over blanks, continued lines and a comment."""
        if self.text[self.at : self.at + 1] in _BLANK:
            match = _BLANKS.match(self.text, self.at)
            self.at = match.end() if match else self.at
        if self.text.startswith("#", self.at):
            comment = _COMMENT.match(self.text, self.at)
            self.at = comment.end() if comment else self.at

    def next_line(self) -> Call[None]:
        """Go over the end of a line, and over the bodies of the here-documents that begin there."""
        self.at += 1
        due, self.pending = self.pending, []
        for item in due:
            yield self.read_here_document(item)

    def read_here_document(self, item: Pending) -> Call[None]:
        """Read a body; what is in it only a reader of words knows."""
        raise NotImplementedError

    def body_extent(self, item: Pending) -> tuple[int, int, int]:
        """Where a body begins and ends, and where the line behind its delimiter begins."""
        start = at = self.at
        text = self.text
        while at < len(text):
            match = _LINE.match(text, at)
            end = match.end() if match else len(text)
            line = text[at:end].removesuffix("\n")
            if (line.lstrip("\t") if item.tabs else line) == item.delimiter:
                return start, at, end
            at = end
        words = f"the here-document has no end '{item.delimiter[:40]}'"
        self.shared.faults.append(Fault(item.redirect.span, words))
        return start, at, at
