"""Reading statements: lists and pipelines (POSIX 2.9), and what begins a command."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from opencode_policy.lean import replace
from opencode_policy.shell.calls import Call
from opencode_policy.shell.commands import CommandReader, Draft, command_of
from opencode_policy.shell.reader import Shared
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.shell.syntax import (
    AndOr,
    Background,
    Command,
    Function,
    Literal,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Statement,
    Word,
)

_RESERVED = re.compile(
    r"(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|select|function|time|coproc|!|\{|\}|\[\[)"
    r"(?=[\s;|&()<>]|\Z)"
)
_FIRST = frozenset("itefwudcs!{}[|;&()")
"""What a sign can begin with."""
_CLOSING = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}", ")", ";;", ";&", ";;&"})
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|\|&|[|;&()]")
_BRACKETS = re.compile(r"\([ \t]*\)")
_OPENING = re.compile(r"[$<>]?\(")


class StatementReader(CommandReader):
    """Reads statements. `awaited` counts the tokens that end the constructs around the current one.

    Whatever the text, reading goes on to its end: what is out of place is noted and passed over, and a
    construct whose end is missing ends where one around it does.
    """

    def __init__(self, text: str, origin: Offsets, shared: Shared) -> None:
        super().__init__(text, origin, shared)
        self.awaited: Counter[str] = Counter()

    def compound(self, sign: str) -> Callable[[], Call[Statement]] | None:
        """What reads the compound command that a token begins."""
        raise NotImplementedError

    def whole(self) -> Call[Sequence]:
        """Read the whole text."""
        found: Sequence = yield self.statements(frozenset())
        return found

    def statements_until(self, closing: str, opened: int) -> Call[Sequence]:
        found: Sequence = yield self.block(closing, opened)
        return found

    def sign(self) -> str:
        """The reserved word or operator here, or nothing."""
        if self.text[self.at : self.at + 1] not in _FIRST:
            return ""
        match = _RESERVED.match(self.text, self.at) or _OPERATOR.match(self.text, self.at)
        return match[0] if match is not None else ""

    # --- lists -------------------------------------------------------------------------------------

    def block(self, closing: str, opened: int, opener: str = "") -> Call[Sequence]:
        """Read a list up to its closing token, and go over that token."""
        found: Sequence = yield self.statements(frozenset({closing}))
        if self.sign() == closing:
            self.at += len(closing)
        else:
            match = _OPENING.match(self.text, opened)
            text = opener or (match[0] if match else "")
            self.fault(opened, opened + len(text), f"'{text}' has no '{closing}'")
        return found

    def statements(self, closing: frozenset[str]) -> Call[Sequence]:
        """Read statements until a closing token, one that something around waits for, or the end."""
        self.awaited.update(closing)
        found: list[Statement] = []
        while True:
            yield self.skip_lines()
            sign = self.sign()
            if self.at >= len(self.text) or (sign and self.awaited[sign] > 0):
                break
            if sign in _CLOSING:
                self._stray()
            else:
                found += ((yield self._item()),)
        self.awaited.subtract(closing)
        return tuple(found)

    def _stray(self) -> None:
        """A token that nothing waits for: note it, and go on behind it."""
        sign = self.sign() or self.text[self.at : self.at + 1]
        self.fault(self.at, self.at + len(sign), f"'{sign}' is out of place")
        self.at += len(sign)

    def _item(self) -> Call[Statement]:
        """Pipelines joined by `&&` and `||`, with the `;` or `&` behind them."""
        start = self.at
        found: Statement = yield self._and_or()
        self.skip_blanks()
        sign = self.sign()
        if sign == "(" or (self.at == start and self.at < len(self.text)):
            self._stray()
        elif sign in (";", "&"):
            self.at += 1
        return Background(found) if sign == "&" else found

    def _and_or(self) -> Call[Statement]:
        first: Statement = yield self._pipeline("")
        rest: list[tuple[str, Statement]] = []
        while True:
            self.skip_blanks()
            sign = self.sign()
            if sign not in ("&&", "||"):
                break
            self.at += 2
            yield self.skip_lines()
            rest += ((sign, (yield self._pipeline(sign))),)
        return AndOr(first, tuple(rest)) if rest else first

    def _pipeline(self, after: str) -> Call[Statement]:
        negated = self._prefixes()
        stages: list[Statement] = []
        while True:
            stage: Statement = yield self.command(after)
            self.skip_blanks()
            after = self.sign()
            if after == "|&":
                stage = _with_errors(stage, self.span(self.at, self.at + 2))
            stages.append(stage)
            if after not in ("|", "|&"):
                break
            self.at += len(after)
            yield self.skip_lines()
        return stages[0] if len(stages) == 1 and not negated else Pipeline(tuple(stages), negated)

    def _prefixes(self) -> bool:
        """Go over `!` and `time` before a pipeline; tell whether it is negated."""
        negated = False
        while (sign := self.sign()) in ("!", "time"):
            negated = negated is not (sign == "!")
            self.at += len(sign)
            self.skip_blanks()
            if sign == "time" and self.text.startswith("-p ", self.at):
                self.at += 2
                self.skip_blanks()
        return negated

    # --- commands ----------------------------------------------------------------------------------

    def command(self, after: str) -> Call[Statement]:
        """Read one command, which stands behind the operator `after` if that is not empty."""
        sign, start = self.sign(), self.at
        read = self.compound(sign)
        if read is not None:
            found: Statement = yield read()
            redirects: list[Redirect] = yield self.redirects()
            return Redirected(found, tuple(redirects)) if redirects else found
        draft: Draft = yield self.simple_command()
        if len(draft.words) == 1 and self.opens_function(draft.words[0]):
            found = yield self._function(draft)
            return found
        if self.at == start and after:
            self.fault(start, start + len(sign), f"a command is missing behind '{after}'")
        return command_of(draft, self)

    def _function(self, draft: Draft) -> Call[Statement]:
        match = _BRACKETS.match(self.text, self.at)
        if match is None or draft.assignments:
            self.fault(self.at, self.at + 1, "'(' is out of place")
            self.at += 1
            return command_of(draft, self)
        self.at = match.end()
        found: Statement = yield self.function_body(draft.words[0].value or "", draft.start)
        return found

    def function_body(self, name: str, start: int) -> Call[Statement]:
        """Read what a function does; a name and perhaps brackets have been read."""
        yield self.skip_lines()
        body: Statement = yield self.command("()")
        return Function(name, body, self.span(start, self.at))


def _with_errors(stage: Statement, span: Span) -> Statement:
    """A stage before `|&`, which sends its standard error along."""
    both = Redirect(">&", span, 2, Word((Literal("1", span, False),), span))
    if isinstance(stage, Command):
        return replace(stage, redirects=(*stage.redirects, both))
    return Redirected(stage, (both,))
