"""Reading compound commands (POSIX 2.9.4, and what bash and ksh add)."""

from __future__ import annotations

import re
from collections.abc import Callable

from opencode_policy.shell.calls import Call
from opencode_policy.shell.commands import Draft, command_of
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.shell.statements import StatementReader
from opencode_policy.shell.syntax import (
    Arithmetic,
    Background,
    Case,
    CaseItem,
    Command,
    For,
    Group,
    If,
    Literal,
    Loop,
    Part,
    Sequence,
    Statement,
    Word,
)

_NAME = re.compile(r"[^\s;|&()<>$`'\"\\]+")
_BRACKETS = re.compile(r"\([ \t]*\)")
_COPROCESS = re.compile(r"[A-Za-z_]\w*(?=[ \t]*[{(])")
_IN = re.compile(r"in(?=[\s;]|\Z)")
_TEST_OPERATOR = re.compile(r"&&|\|\||[()]|[<>](?!\()|!(?=\s)")
_ITEM_ENDS = frozenset({";;", ";&", ";;&"})


class ScriptReader(StatementReader):
    """Reads all of the language."""

    def reader_of(self, text: str, origin: Offsets) -> ScriptReader:
        return ScriptReader(text, origin, self.shared)

    def compound(self, sign: str) -> Callable[[], Call[Statement]] | None:
        if self.text.startswith("((", self.at) and not self.tried(self.at):
            return self._arithmetic_command
        name = _READERS.get(sign)
        return None if name is None else getattr(self, name)

    # --- groups ------------------------------------------------------------------------------------

    def _braces(self) -> Call[Statement]:
        start = self.at
        self.at += 1
        body: Sequence = yield self.block("}", start, "{")
        return Group(body)

    def _brackets(self) -> Call[Statement]:
        start = self.at
        self.at += 1
        body: Sequence = yield self.block(")", start, "(")
        return Group(body, subshell=True)

    def _function_keyword(self) -> Call[Statement]:
        """`function name { ...; }` of bash and ksh."""
        start = self.at
        self._skip(_NAME)
        self.skip_blanks()
        name = self._skip(_NAME)
        self.skip_blanks()
        self._skip(_BRACKETS)
        found: Statement = yield self.function_body(name, start)
        return found

    def _coprocess(self) -> Call[Statement]:
        self._skip(_NAME)
        self.skip_blanks()
        self._skip(_COPROCESS)
        self.skip_blanks()
        body: Statement = yield self.command("coproc")
        return Background(body)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Go over what matches, and return it."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    # --- conditions and loops ----------------------------------------------------------------------

    def _if(self) -> Call[Statement]:
        start = self.at
        arms: list[tuple[Sequence, Sequence]] = []
        otherwise: Sequence = ()
        sign = "if"
        while sign in ("if", "elif"):
            self.at += len(sign)
            condition: Sequence = yield self.block("then", start, "if")
            body: Sequence = yield self.statements(frozenset({"elif", "else", "fi"}))
            arms.append((condition, body))
            sign = self.sign()
        if sign == "else":
            self.at += len(sign)
            otherwise = yield self.block("fi", start, "if")
        elif sign == "fi":
            self.at += len(sign)
        else:
            self.fault(start, start + 2, "'if' has no 'fi'")
        return If(tuple(arms), otherwise)

    def _loop(self) -> Call[Statement]:
        start, opener = self.at, self.sign()
        self.at += len(opener)
        condition: Sequence = yield self.block("do", start, opener)
        body: Sequence = yield self.block("done", start, opener)
        return Loop(condition, body, opener == "until")

    def _for(self) -> Call[Statement]:
        start, opener = self.at, self.sign()
        self.at += len(opener)
        self.skip_blanks()
        if self.text.startswith("((", self.at):
            counter: Statement = yield self._arithmetic_command()
            body: Sequence = yield self._do_group(start, opener)
            return Loop((counter,), body, until=False)
        name = self._skip(_NAME)
        if not name:
            self.fault(start, start + len(opener), f"'{opener}' has no variable")
        words: list[Word] | None = yield self._for_words()
        body = yield self._do_group(start, opener)
        chosen = None if words is None else tuple(words)
        return For(name, chosen, body, self.span(start, self.at), opener == "select")

    def _for_words(self) -> Call[list[Word] | None]:
        yield self.skip_lines()
        if not self._skip(_IN):
            return None
        words: list[Word] = []
        while True:
            self.skip_blanks()
            word: Word | None = yield self.word(patterns=True)
            if word is None:
                return words
            words.append(word)

    def _do_group(self, start: int, opener: str) -> Call[Sequence]:
        self.skip_blanks()
        if self.sign() == ";":
            self.at += 1
        yield self.skip_lines()
        at, sign = self.at, self.sign()
        body: Sequence = ()
        if sign == "{":
            self.at += 1
            body = yield self.block("}", at, "{")
        elif sign == "do":
            self.at += len(sign)
            body = yield self.block("done", start, opener)
        else:
            self.fault(start, start + len(opener), f"'{opener}' has no 'do'")
        return body

    # --- case --------------------------------------------------------------------------------------

    def _case(self) -> Call[Statement]:
        start = self.at
        self._skip(_NAME)
        self.skip_blanks()
        subject: Word | None = yield self.word()
        yield self.skip_lines()
        if not self._skip(_IN):
            self.fault(start, start + 4, "'case' has no 'in'")
        items: list[CaseItem] = []
        while True:
            yield self.skip_lines()
            if self.sign() == "esac":
                self.at += len("esac")
                break
            item: CaseItem | None = yield self._case_item()
            if item is None:
                self.fault(start, start + 4, "'case' has no 'esac'")
                break
            items.append(item)
        return Case(subject or Word((), Span(0, 0)), tuple(items))

    def _case_item(self) -> Call[CaseItem | None]:
        start = self.at
        self.at += self.text.startswith("(", self.at)
        patterns: list[Word] = []
        while True:
            yield self.skip_lines()
            word: Word | None = yield self.word(patterns=True)
            if word is None:
                return None
            patterns.append(word)
            self.skip_blanks()
            if self.sign() != "|":
                break
            self.at += 1
        if self.sign() != ")":
            return None
        self.at += 1
        body: Sequence = yield self.statements(_ITEM_ENDS | {"esac"})
        sign = self.sign()
        end = sign if sign in _ITEM_ENDS else ";;"
        self.at += len(sign) if sign in _ITEM_ENDS else 0
        return CaseItem(tuple(patterns), body, end, self.span(start, self.at))

    # --- arithmetic and tests ----------------------------------------------------------------------

    def _arithmetic_command(self) -> Call[Statement]:
        """`((...))`, unless it turns out to be a subshell in a subshell."""
        start = self.at
        faults, pending = len(self.shared.faults), list(self.pending)
        self.at += 2
        parts: list[Part] = yield self.arithmetic_parts(")")
        if self.text.startswith("))", self.at):
            self.at += 2
            return self._arithmetic_of(start, tuple(parts))
        self.shared.not_arithmetic.add(self.origin.at(start))
        if self.shared.tries <= 0:
            self.fault(start, start + 2, "'((' has no '))'")
            return self._arithmetic_of(start, tuple(parts))
        self.shared.tries -= 1
        del self.shared.faults[faults:]
        self.at, self.pending = start, pending
        found: Statement = yield self._brackets()
        return found

    def _arithmetic_of(self, start: int, parts: tuple[Part, ...]) -> Command:
        """An arithmetic command: its name is `((`, its one argument the whole text."""
        name, whole = self.span(start, start + 2), self.span(start, self.at)
        text = Literal(self.text[start : self.at], whole, True)
        argument = Word((text, Arithmetic(parts, whole, True)) if parts else (text,), whole)
        return Command((Word((Literal("((", name, False),), name), argument), whole)

    def _test(self) -> Call[Statement]:
        """`[[ ... ]]`: what would be operators elsewhere are words here."""
        draft = Draft(self.at)
        regular = False
        while True:
            yield self.skip_lines()
            start = self.at
            word: Word | None
            operator = "" if regular else self._skip(_TEST_OPERATOR)
            if operator:
                span = self.span(start, self.at)
                word = Word((Literal(operator, span, False),), span)
            else:
                word = yield self._test_word(regular=regular)
            if word is None:
                self.fault(draft.start, draft.start + 2, "'[[' has no ']]'")
                break
            draft.words.append(word)
            draft.end = self.at
            regular = word.value == "=~"
            if word.value == "]]":
                break
        return command_of(draft, self)

    def _test_word(self, *, regular: bool) -> Call[Word | None]:
        """A word of `[[`; behind `=~`, brackets and bars belong to it."""
        start = self.at
        word: Word | None = yield self.word(patterns=True)
        if not regular:
            return word
        parts: list[Part] = list(word.parts) if word else []
        while self.text[self.at : self.at + 1] in ("(", ")", "|", "&", "<", ">"):
            parts.append(self.literal(self.text[self.at], self.at, self.at + 1, quoted=False))
            self.at += 1
            word = yield self.word(patterns=True)
            parts += word.parts if word else ()
        return Word(tuple(parts), self.span(start, self.at)) if parts else None


_READERS = {
    "{": "_braces",
    "(": "_brackets",
    "if": "_if",
    "while": "_loop",
    "until": "_loop",
    "for": "_for",
    "select": "_for",
    "case": "_case",
    "[[": "_test",
    "function": "_function_keyword",
    "coproc": "_coprocess",
}
