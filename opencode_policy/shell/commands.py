"""Reading simple commands: assignments, words and redirections."""

from __future__ import annotations

import re
from dataclasses import field

from opencode_policy.lean import dataclass, replace
from opencode_policy.shell.calls import Call
from opencode_policy.shell.reader import Pending
from opencode_policy.shell.syntax import Assignment, Command, Literal, Part, Redirect, Word
from opencode_policy.shell.words import WordReader

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\[[^\]\n]*\])?(\+?)=", re.ASCII)
_REDIRECT = re.compile(r"(?:(\d+)|\{[A-Za-z_]\w*\})?(<<<|<<-?|<>|<&|>&|>>|>\||&>>|&>|<(?!\()|>(?!\())")
_BEFORE_REDIRECT = frozenset("<>&{0123456789")
_DECLARING = frozenset({"export", "readonly", "local", "declare", "typeset", "alias"})
_DELIMITER = re.compile(r"(?:[^\s|&;()<>'\"\\]|\\.|'[^']*'|\"[^\"]*\")+", re.DOTALL)


@dataclass(slots=True)
class Draft:
    """A command being put together."""

    start: int
    words: list[Word] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    end: int = 0


class CommandReader(WordReader):
    """Reads simple commands."""

    def simple_command(self) -> Call[Draft]:
        """Read assignments, words and redirections up to the end of the command."""
        draft = Draft(self.at)
        while True:
            self.skip_blanks()
            if self.at >= len(self.text) or (self.text[self.at] in "\n;|&)" and not self._at_redirect()):
                break
            word = self.plain_word() if draft.words and not self._may_declare(draft) else None
            redirect: Redirect | None = None if word else (yield self.redirect())
            if word is not None:
                draft.words.append(word)
            elif redirect is not None:
                draft.redirects.append(redirect)
            elif not (yield self._assignment_or_word(draft)):
                break
            draft.end = self.at
            if len(draft.words) == 1 and self.opens_function(draft.words[0]):
                break
        return draft

    def _may_declare(self, draft: Draft) -> bool:
        return draft.words[0].value in _DECLARING

    def _at_redirect(self) -> bool:
        return self.text.startswith("&>", self.at)

    def opens_function(self, word: Word) -> bool:
        """Whether a word is the name of a function that is defined here."""
        self.skip_blanks()
        return word.value is not None and self.text.startswith("(", self.at)

    def _assignment_or_word(self, draft: Draft) -> Call[bool]:
        match = _ASSIGNMENT.match(self.text, self.at)
        declaring = bool(draft.words) and self._may_declare(draft)
        if match is not None and (not draft.words or declaring):
            found: Assignment = yield self._assignment(match)
            if draft.words:
                draft.words.append(_as_word(found, match, self))
            else:
                draft.assignments.append(found)
            return True
        word: Word | None = yield self.word(patterns=bool(draft.words))
        if word is not None:
            draft.words.append(word)
        return word is not None

    def _assignment(self, match: re.Match[str]) -> Call[Assignment]:
        start = self.at
        self.at = match.end()
        found = Assignment(match[1], self.span(start, self.at), append=bool(match[3]), indexed=bool(match[2]))
        if self.text.startswith("(", self.at):
            elements: list[Word] = yield self._elements()
            found = replace(found, elements=tuple(elements))
        else:
            value: Word | None = yield self.word()
            found = replace(found, value=value)
        return replace(found, span=self.span(start, self.at))

    def _elements(self) -> Call[list[Word]]:
        """`(a b [key]=c)` of an array."""
        start = self.at
        self.at += 1
        words: list[Word] = []
        while True:
            yield self.skip_lines()
            if self.text.startswith(")", self.at):
                self.at += 1
                break
            word: Word | None = yield self.word(patterns=True)
            if word is None:
                self.fault(start, start + 1, "'(' has no ')'")
                break
            words.append(_without_key(word))
        return words

    def skip_lines(self) -> Call[None]:
        """Go over blanks, comments and ends of lines."""
        self.skip_blanks()
        while self.text.startswith("\n", self.at):
            yield self.next_line()
            self.skip_blanks()

    def redirect(self) -> Call[Redirect | None]:
        """Read one redirection, if there is one here."""
        start = self.at
        if self.text[start : start + 1] not in _BEFORE_REDIRECT:
            return None
        match = _REDIRECT.match(self.text, start)
        if match is None:
            return None
        self.at = match.end()
        descriptor, operator = int(match[1]) if match[1] and len(match[1]) < 10 else None, match[2]
        self.skip_blanks()
        if operator in ("<<", "<<-"):
            return self._here_document(start, match, descriptor)
        word: Word | None = yield self.word()
        if word is None:
            self.fault(start, match.end(), f"'{operator}' has no target")
        span = self.span(start, self.at)
        if operator == "<<<":
            return Redirect(operator, span, descriptor, None, word)
        return Redirect(operator, span, descriptor, word)

    def _here_document(self, start: int, match: re.Match[str], descriptor: int | None) -> Redirect | None:
        delimiter = _DELIMITER.match(self.text, self.at)
        if delimiter is None:
            self.fault(start, match.end(), "'<<' has no delimiter")
            return None
        self.at = delimiter.end()
        plain = re.sub(r"\\(.)|['\"]", lambda found: found[1] or "", delimiter[0], flags=re.DOTALL)
        empty = Word((), self.span(self.at, self.at))
        found = Redirect("<<", self.span(start, self.at), descriptor, None, empty)
        self.pending.append(Pending(found, plain, plain != delimiter[0], match[2] == "<<-"))
        return found

    def redirects(self) -> Call[list[Redirect]]:
        """Read all redirections that stand here, behind a compound command."""
        found: list[Redirect] = []
        while True:
            self.skip_blanks()
            item: Redirect | None = yield self.redirect()
            if item is None:
                return found
            found.append(item)


def command_of(draft: Draft, reader: CommandReader) -> Command:
    """The command that was put together."""
    span = reader.span(draft.start, max(draft.end, draft.start))
    return Command(tuple(draft.words), span, tuple(draft.assignments), tuple(draft.redirects))


def _as_word(found: Assignment, match: re.Match[str], reader: CommandReader) -> Word:
    """An assignment that is an argument, as of `export`, as the word it is."""
    sign = "+=" if found.append else "="
    label = Literal(found.name + sign, reader.span(match.start(), match.end()), True)
    values = (found.value,) if found.value else found.elements or ()
    parts: tuple[Part, ...] = tuple(part for value in values for part in value.parts)
    return Word((label, *parts), found.span, assignment=True)


def _without_key(word: Word) -> Word:
    """An element of an array without the `[key]=` before it."""
    first = word.parts[0] if word.parts else None
    match = re.match(r"\[[^\]]*\]=", first.text) if isinstance(first, Literal) and not first.quoted else None
    if match is None or not isinstance(first, Literal):
        return word
    rest = first.text[match.end() :]
    parts = (replace(first, text=rest), *word.parts[1:]) if rest else word.parts[1:]
    return replace(word, parts=parts)
