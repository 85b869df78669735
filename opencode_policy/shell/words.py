"""Reading words: quotation, and the expansions that a word holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from opencode_policy.lean import replace
from opencode_policy.shell import quoting
from opencode_policy.shell.calls import Call
from opencode_policy.shell.reader import Pending, Reader
from opencode_policy.shell.spans import Offsets
from opencode_policy.shell.syntax import (
    Arithmetic,
    Literal,
    Parameter,
    Part,
    Sequence,
    Substitution,
    Word,
)

if TYPE_CHECKING:
    from opencode_policy.shell.compound import ScriptReader

# What cannot stand in a word without quotes: it ends the word.
_END = r"\s|&;()<>"
_PLAIN = re.compile(rf"[^{_END}'\"\\$`]+")
_PLAIN_WORD = re.compile(rf"[^{_END}'\"\\$`#][^{_END}'\"\\$`]*(?=[\s|&;)]|\Z)")
_NAME = re.compile(r"\$([A-Za-z_]\w*|[0-9@*#?$!-])", re.ASCII)
_IN_DOUBLE = re.compile(r"[^\"\\$`]+")
_IN_HERE = re.compile(r"[^\\$`]+")
_SINGLE = re.compile(r"'([^']*)'")
_ANSI = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_BACKQUOTED = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL)
_EXTENDED = re.compile(r"[?*+@!]\Z")
_ESCAPED_IN_DOUBLE = frozenset('$`"\\')
_ESCAPED_IN_HERE = frozenset("$`\\")
_ARITHMETIC_NAME = re.compile(r"(?<![\w$])[A-Za-z_]\w*", re.ASCII)

_BRACED = re.compile(
    r"(?P<prefix>[#!]?)(?P<name>[A-Za-z_]\w*|\d+|[@*#?$!-])(?P<index>\[[^\]\n]*\])?", re.ASCII
)
_BARE = re.compile(r"(?P<name>[#!])(?=[}:\-=?+%/#])")
_OPERATOR = re.compile(r":?[-=?+]|##?|%%?|//|/[#%]?|\^\^?|,,?|@[A-Za-z]|:|[*@](?=\})")


class WordReader(Reader):
    """Reads words. What stands in a command substitution a reader of statements reads."""

    def statements_until(self, closing: str, opened: int) -> Call[Sequence]:
        """Read statements up to a closing token, and the token."""
        raise NotImplementedError

    def reader_of(self, text: str, origin: Offsets) -> ScriptReader:
        """A reader of another text of the same script."""
        raise NotImplementedError

    def word(self, stop: str = "", *, patterns: bool = False) -> Call[Word | None]:
        """Read one word, or None where none begins. Characters of `stop` end it as well.

        With `patterns`, a group such as `@(a|b)` belongs to the word.
        """
        start = self.at
        plain = None if stop else self.plain_word()
        if plain is not None:
            return plain
        parts: list[Part] = yield self._parts(stop, patterns=patterns)
        return Word(tuple(parts), self.span(start, self.at)) if self.at > start else None

    def plain_word(self) -> Word | None:
        """Read a word without quotes and expansions; None where there is none such."""
        match = _PLAIN_WORD.match(self.text, self.at)
        if match is None:
            return None
        start, self.at = self.at, match.end()
        span = self.span(start, self.at)
        return Word((Literal(match[0], span, False),), span)

    def _parts(self, stop: str, *, patterns: bool) -> Call[list[Part]]:
        text = self.text
        parts: list[Part] = []
        while self.at < len(text):
            char = text[self.at]
            if char in stop:
                break
            if char in "\"'\\$`":
                parts += yield self.quotation(char, double=False)
            elif char in "<>" and text.startswith("(", self.at + 1):
                parts += ((yield self._process_substitution(char)),)
            elif char == "(" and patterns and self._extends(parts):
                parts += yield self._group()
            elif char in " \t\r\n\v\f|&;()<>":
                break
            else:
                parts.append(self._plain(stop))
        return parts

    def _plain(self, stop: str) -> Literal:
        start = self.at
        match = _PLAIN.match(self.text, start)
        end = match.end() if match else start + 1
        for char in stop:
            found = self.text.find(char, start, end)
            end = found if found >= 0 else end
        self.at = end
        return self.literal(self.text[start:end], start, end, quoted=False)

    def _extends(self, parts: list[Part]) -> bool:
        """Whether a bracket follows on `?`, `*`, `+`, `@` or `!`: an extended pattern (bash, ksh)."""
        last = parts[-1] if parts else None
        return isinstance(last, Literal) and not last.quoted and bool(_EXTENDED.search(last.text))

    def _group(self) -> Call[list[Part]]:
        """`(a|b)` of an extended pattern."""
        start = self.at
        parts: list[Part] = [self.literal("(", start, start + 1, quoted=False)]
        self.at += 1
        depth = 1
        while self.at < len(self.text) and depth:
            char = self.text[self.at]
            if char in "\"'\\$`":
                parts += yield self.quotation(char, double=False)
                continue
            depth += (char == "(") - (char == ")")
            parts.append(self.literal(char, self.at, self.at + 1, quoted=False))
            self.at += 1
        return parts

    def quotation(self, char: str, *, double: bool) -> Call[list[Part]]:
        """Read what begins with one of the characters that quote or expand."""
        if char == "\\":
            return self._escaped(_ESCAPED_IN_DOUBLE if double else None)
        if char == "'":
            return self._single(_SINGLE, quoting.raw, 1)
        if char == '"':
            found: list[Part] = yield self._double()
            return found
        if char == "`":
            return [(yield self._backquoted(quoted=double))]
        following = self.text[self.at + 1 : self.at + 2]
        if following == "'" and not double:
            return self._single(_ANSI, quoting.ansi_c, 2)
        if following == '"' and not double:
            self.at += 1
            found = yield self._double()
            return found
        return [(yield self._dollar(quoted=double))]

    def _escaped(self, only: frozenset[str] | None) -> list[Part]:
        """A backslash: it quotes the next character, between double quotes only some."""
        start = self.at
        char = self.text[start + 1 : start + 2]
        self.at = min(start + 2, len(self.text))
        if char == "\n":
            return []
        if not char or (only is not None and char not in only):
            return [self.literal(self.text[start : self.at], start, self.at, quoted=True)]
        return [self.literal(char, start, self.at, quoted=True)]

    def _single(self, pattern: re.Pattern[str], remove: Any, opening: int) -> list[Part]:
        """`'...'` and `$'...'`."""
        start = self.at
        match = pattern.match(self.text, start)
        if match is None:
            self.fault(start, start + opening, "the quote has no end")
            self.at = len(self.text)
            return [self.literal(self.text[start + opening :], start + opening, self.at, quoted=True)]
        self.at = match.end()
        base = start + opening
        found: list[Part] = [
            self.literal(value, base + first, base + last, quoted=True)
            for value, first, last in remove(match[1])
        ]
        return found or [self.literal("", start, self.at, quoted=True)]

    def _double(self) -> Call[list[Part]]:
        start = self.at
        self.at += 1
        found: list[Part] = []
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            if char == '"':
                self.at += 1
                return found or [self.literal("", start, self.at, quoted=True)]
            found += yield self._in_double(_IN_DOUBLE, char)
        self.fault(start, start + 1, "the quote has no end")
        return found

    def _in_double(self, plain: re.Pattern[str], char: str) -> Call[list[Part]]:
        """One stretch of text between double quotes."""
        match = plain.match(self.text, self.at)
        if match is not None:
            start, self.at = self.at, match.end()
            return [self.literal(match[0], start, self.at, quoted=True)]
        found: list[Part] = yield self.quotation(char, double=True)
        return found

    # --- expansions ---------------------------------------------------------------------------------

    def _dollar(self, *, quoted: bool) -> Call[Part]:
        start, text = self.at, self.text
        match = _NAME.match(text, start)
        if match is not None:
            self.at = match.end()
            return Parameter(match[1], self.span(start, self.at), quoted)
        following = text[start + 1 : start + 2]
        part: Part
        if following == "{":
            part = yield self._braced(quoted=quoted)
        elif text.startswith("((", start + 1) and not self.tried(start):
            part = yield self._arithmetic(quoted=quoted)
        elif following == "(":
            self.at += 2
            body: Sequence = yield self.statements_until(")", start)
            part = Substitution(body, self.span(start, self.at), quoted, "$(")
        elif following == "[":
            self.at += 2
            parts: list[Part] = yield self.arithmetic_parts("]")
            self.at = min(self.at + 1, len(text))
            part = Arithmetic(tuple(parts), self.span(start, self.at), quoted)
        else:
            self.at += 1
            part = self.literal("$", start, self.at, quoted=quoted)
        return part

    def _process_substitution(self, char: str) -> Call[Part]:
        start = self.at
        self.at += 2
        body: Sequence = yield self.statements_until(")", start)
        return Substitution(body, self.span(start, self.at), False, char + "(")

    def _backquoted(self, *, quoted: bool) -> Call[Part]:
        """A command between backquotes: one level of backslashes goes, then it is read."""
        start = self.at
        match = _BACKQUOTED.match(self.text, start)
        if match is None:
            self.fault(start, start + 1, "the backquote has no end")
        self.at = match.end() if match else len(self.text)
        inner = match[1] if match else self.text[start + 1 :]
        remove = quoting.backquoted_in_double if quoted else quoting.backquoted
        text, origin = self.derived(inner, start + 1, remove(inner))
        body: Sequence = yield self.reader_of(text, origin).whole()
        return Substitution(body, self.span(start, self.at), quoted, "`")

    def derived(self, text: str, base: int, runs: list[quoting.Run]) -> tuple[str, Offsets]:
        """What quote removal leaves of `text`, which stands at `base`, and the map to the whole script."""
        if len(runs) == 1 and runs[0][0] == text:
            return text, self.origin.part(base, base + len(text))
        local, outer, at = [0], [self.origin.at(base)], 0
        for value, first, _ in runs:
            local.append(at)
            outer.append(self.origin.at(base + first))
            at += len(value)
        return "".join(value for value, _, _ in runs), Offsets(tuple(local), tuple(outer))

    def _arithmetic(self, *, quoted: bool) -> Call[Part]:
        """`$((...))`; when it does not end in `))` it was a subshell inside a command substitution."""
        start, faults, pending = self.at, len(self.shared.faults), list(self.pending)
        self.at += 3
        parts: list[Part] = yield self.arithmetic_parts(")")
        if self.text.startswith("))", self.at):
            self.at += 2
            return Arithmetic(tuple(parts), self.span(start, self.at), quoted)
        self.shared.not_arithmetic.add(self.origin.at(start))
        if self.shared.tries <= 0:
            self.fault(start, start + 3, "'$((' has no '))'")
            return Arithmetic(tuple(parts), self.span(start, self.at), quoted)
        self.shared.tries -= 1
        del self.shared.faults[faults:]
        self.at, self.pending = start, pending
        part: Part = yield self._dollar(quoted=quoted)
        return part

    def arithmetic_parts(self, closing: str) -> Call[list[Part]]:
        """The expansions of an expression, and the variables it names, up to the bracket that closes it."""
        parts: list[Part] = []
        opening = {")": "(", "]": "["}[closing]
        depth, done = 0, self.at
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in '"\\$`' and not (char == "$" and self._is_bare_dollar()):
                parts += self._names(done, self.at)
                parts += yield self.quotation(char, double=char != '"')
                done = self.at
                continue
            if char == closing and not depth:
                break
            depth += (char == opening) - (char == closing)
            self.at += 1
        return [part for part in [*parts, *self._names(done, self.at)] if not isinstance(part, Literal)]

    def _is_bare_dollar(self) -> bool:
        return not re.match(r"\$[\w{(@*#?$!-]", self.text[self.at : self.at + 2])

    def _names(self, start: int, end: int) -> list[Part]:
        return [
            Parameter(match[0], self.span(match.start(), match.end()), True)
            for match in _ARITHMETIC_NAME.finditer(self.text, start, end)
        ]

    # --- ${...} --------------------------------------------------------------------------------------

    def _braced(self, *, quoted: bool) -> Call[Part]:
        start = self.at
        self.at += 2
        found = self._named(start, quoted=quoted)
        operator = _OPERATOR.match(self.text, self.at)
        operands: list[Word] = []
        if operator is not None and found.name:
            self.at = operator.end()
            found = replace(found, operator=operator[0])
            operands = yield self._operands(operator[0], quoted=quoted)
        if self.text.startswith("}", self.at):
            self.at += 1
        else:
            operands += yield self._unreadable(start)
        return replace(found, operands=tuple(operands), span=self.span(start, self.at))

    def _named(self, start: int, *, quoted: bool) -> Parameter:
        """The parameter's name with what belongs to it."""
        text, span = self.text, self.span(start, self.at)
        match = _BRACED.match(text, self.at)
        counted = match is not None and match["prefix"] == "#" and not text.startswith("}", match.end())
        if match is None or counted or (match["prefix"] and text[self.at + 1 : self.at + 2] in "}:"):
            match = _BARE.match(text, self.at) or match
        if match is None:
            return Parameter("", span, quoted)
        self.at = match.end()
        groups = match.groupdict()
        index = groups.get("index")
        subscript = index[1:-1] if index else None
        return Parameter(match["name"], span, quoted, prefix=groups.get("prefix") or "", index=subscript)

    def _operands(self, operator: str, *, quoted: bool) -> Call[list[Word]]:
        """The words behind the operator: one, or two with `/` or `:` between."""
        separator = "/" if operator.startswith("/") else ":" if operator == ":" else ""
        plain = quoted and operator.lstrip(":") in ("-", "=", "?", "+")
        if operator.startswith(("@", "*")):
            return []
        words: list[Word] = [(yield self._operand(separator, in_double=plain))]
        if separator and self.text.startswith(separator, self.at):
            self.at += 1
            words += ((yield self._operand("", in_double=plain)),)
        return words if len(words) > 1 or words[0].parts else []

    def _operand(self, separator: str, *, in_double: bool) -> Call[Word]:
        """A word in which blanks count, up to `}`; between double quotes a single quote is no quote."""
        start, text = self.at, self.text
        parts: list[Part] = []
        special = '\\$`"' if in_double else "\\$`\"'"
        while self.at < len(text):
            char = text[self.at]
            if char == "}" or (char == separator and (self.at > start or separator == ":")):
                break
            if text.startswith("\\}", self.at):
                parts.append(self.literal("}", self.at, self.at + 2, quoted=True))
                self.at += 2
            elif char in special:
                parts += yield self.quotation(char, double=in_double and char != '"')
            else:
                first = self.at
                self.at = _run(text, first + 1, special + "}" + separator)
                parts.append(self.literal(text[first : self.at], first, self.at, quoted=in_double))
        return Word(tuple(parts), self.span(start, self.at))

    def _unreadable(self, start: int) -> Call[list[Word]]:
        """Something in `${...}` that no shell understands, read on to its end."""
        self.fault(start, start + 2, "'${' has no '}'" if "}" not in self.text[start : start + 4000] else
                   "no shell can read this '${'")  # fmt: skip
        word: Word = yield self._operand("", in_double=True)
        self.at = min(self.at + 1, len(self.text))
        return [word]

    # --- here-documents ------------------------------------------------------------------------------

    def read_here_document(self, item: Pending) -> Call[None]:
        """Read the body that begins here, and go on behind its delimiter."""
        start, end, after = self.body_extent(item)
        self.at = after
        body = self.text[start:end]
        runs = quoting.without_tabs(body) if item.tabs else quoting.raw(body)
        text, origin = self.derived(body, start, runs)
        span = self.span(start, end)
        if item.quoted:
            part = Literal(text, span, True)
            item.fill(Word((part,) if text else (), span))
            return
        reader = self.reader_of(text, origin)
        parts: list[Part] = yield reader.here_parts()
        item.fill(Word(tuple(parts), span))

    def here_parts(self) -> Call[list[Part]]:
        """The whole text as that of a here-document: double quotes are text."""
        parts: list[Part] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                parts += self._escaped(_ESCAPED_IN_HERE)
            else:
                parts += yield self._in_double(_IN_HERE, char)
        return parts


def _run(text: str, at: int, stops: str) -> int:
    """Where the next of some characters stands, from an offset on."""
    while at < len(text) and text[at] not in stops:
        at += 1
    return at
