"""`test`, `[` and `[[`."""

from __future__ import annotations

import re
from collections.abc import Callable

from opencode_policy.lean import dataclass
from opencode_policy.symbolic.events import Probed
from opencode_policy.symbolic.files import ABSENT, FILE, FOLDER, UNKNOWN, Entry
from opencode_policy.symbolic.machine import Invocation, note
from opencode_policy.symbolic.patterns import matches
from opencode_policy.symbolic.state import Doubt, Hint, State
from opencode_policy.symbolic.symbols import is_known, is_symbol, symbols_in

_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_FILES = frozenset("abcdefgGhkLNOprsSuwx")
_BINARY = frozenset({"=", "==", "!=", "<", ">", "=~", "-nt", "-ot", "-ef", *_NUMBERS})


@dataclass(frozen=True, slots=True)
class Truth:
    """Value of an expression: None where it is not known, then with what it depends on and what follows."""

    holds: bool | None
    about: frozenset[str] = frozenset()
    hint: Hint | None = None

    def __invert__(self) -> Truth:
        hint = self.hint
        holds = None if self.holds is None else not self.holds
        return Truth(holds, self.about, (lambda state, value: hint(state, not value)) if hint else None)

    def both(self, other: Truth) -> Truth:
        """`-a`, where both sides are looked at."""
        if self.holds is False or other.holds is False:
            return Truth(False)
        if self.holds and other.holds:
            return Truth(True)
        if self.holds or other.holds:
            return other if self.holds else self
        return Truth(None, self.about | other.about, _when(True, self.hint, other.hint))

    def either(self, other: Truth) -> Truth:
        """`-o`."""
        return ~(~self).both(~other)


def _when(value: bool, *hints: Hint | None) -> Hint:
    """What follows from two conditions if both hold; if not both, it is not known which does not."""

    def hint(state: State, holds: bool) -> None:
        for one in hints if holds == value else ():
            if one:
                one(state, holds)

    return hint


def test(invocation: Invocation) -> None:
    """`test EXPRESSION`, `[ EXPRESSION ]`, `[[ EXPRESSION ]]`."""
    words = invocation.arguments
    if invocation.name in ("[", "[[") and words and words[-1] in ("]", "]]"):
        words = words[:-1]
    truth = _Reader(invocation, words, double=invocation.name == "[[").whole()
    invocation.state.test(truth.holds, Doubt(invocation.where, truth.about, truth.hint))


@dataclass
class _Reader:
    """Reads an expression from left to right."""

    invocation: Invocation
    words: list[str]
    double: bool
    at: int = 0

    def whole(self) -> Truth:
        truth = self._or(0) if self.words else Truth(False)
        return truth if self.at >= len(self.words) else Truth(None)

    def _or(self, depth: int) -> Truth:
        truth = self._and(depth)
        while self._word() in ("-o", "||"):
            self.at += 1
            truth = truth.either(self._and(depth))
        return truth

    def _and(self, depth: int) -> Truth:
        truth = self._not(depth)
        while self._word() in ("-a", "&&"):
            self.at += 1
            truth = truth.both(self._not(depth))
        return truth

    def _not(self, depth: int) -> Truth:
        turned = False
        while self._word() == "!" and self.at + 1 < len(self.words):
            self.at += 1
            turned = not turned
        truth = self._primary(depth)
        return ~truth if turned else truth

    def _primary(self, depth: int) -> Truth:
        word, following, right = self._word(), self._word(1), self._word(2)
        if following in _BINARY and right is not None and word is not None:
            self.at += 3
            return _Compared(self.invocation, self.double).binary(word, following, right)
        if word in ("(", "\\(") and depth < 20:
            self.at += 1
            truth = self._or(depth + 1)
            self.at += 1
            return truth
        if word is not None and following is not None and re.fullmatch(r"-[a-zA-Z]", word):
            self.at += 2
            return _Compared(self.invocation, self.double).unary(word[1], following)
        self.at += 1
        return _Compared(self.invocation, self.double).unary("n", word or "")

    def _word(self, ahead: int = 0) -> str | None:
        at = self.at + ahead
        return self.words[at] if at < len(self.words) else None


@dataclass(frozen=True, slots=True)
class _Compared:
    """The primaries of an expression."""

    invocation: Invocation
    double: bool

    def unary(self, letter: str, operand: str) -> Truth:
        if letter in "nz":
            filled = self._filled(operand)
            return ~filled if letter == "z" else filled
        if letter == "v":
            return Truth(operand in self.invocation.state.variables or None)
        return self._file(letter, operand) if letter in _FILES else Truth(None)

    def _filled(self, text: str) -> Truth:
        symbols = self.invocation.machine.symbols
        text = self.invocation.state.resolve(text)
        if is_known(text) or symbols.filled(text):
            return Truth(bool(text))
        if (text, "") in self.invocation.state.excluded:
            return Truth(True)

        def hint(state: State, holds: bool) -> None:
            if holds:
                state.excluded |= {(text, "")}
            else:
                state.bound.update(dict.fromkeys(symbols_in(text), ""))

        return Truth(None, symbols.sources(text), hint)

    def _file(self, letter: str, path: str) -> Truth:
        invocation = self.invocation
        place = invocation.place(path)
        entry = invocation.state.files.look(place)
        holds = _is(letter, entry)
        if letter == "s" and entry.kind == FILE:
            holds = None if entry.content is None else self._filled(entry.content).holds
        if letter == "w" and invocation.read_only(path):
            holds = False
        if holds is not None:
            note(
                invocation.state,
                Probed(invocation.spoken, invocation.state.assumed, place, path, holds),
            )
            return Truth(holds)

        def hint(state: State, holds: bool) -> None:
            assumed = _assumed(letter, entry, holds=holds)
            if assumed is not None and place.known:
                state.files = state.files.put(place, assumed)

        about = invocation.machine.symbols.sources(path, entry.content or "")
        return Truth(None, about, hint)

    def binary(self, left: str, operator: str, right: str) -> Truth:
        if operator in ("=", "==", "!="):
            truth = self._same(left, right)
            return ~truth if operator == "!=" else truth
        if operator in _NUMBERS:
            return self._numbers(left, operator, right)
        if operator in ("-nt", "-ot"):
            return self._newer(left, right) if operator == "-nt" else self._newer(right, left)
        return Truth(None, self.invocation.machine.symbols.sources(left, right))

    def _same(self, left: str, right: str) -> Truth:
        machine, state = self.invocation.machine, self.invocation.state
        if self.double and set(right) & set("*?["):
            holds = matches(machine.symbols, ((right, False),), state.resolve(left))
            return Truth(holds, machine.symbols.sources(left, right))
        holds = machine.equal(state, left, right)

        def hint(state: State, holds: bool) -> None:
            one, other = (left, right) if is_symbol(left) else (right, left)
            if not holds:
                state.excluded |= {(left, right)}
            elif is_symbol(one) and one not in symbols_in(other) and is_known(other):
                state.bound[one] = other

        return Truth(holds, machine.symbols.sources(left, right), hint)

    def _numbers(self, left: str, operator: str, right: str) -> Truth:
        one, other = (self.invocation.state.resolve(text).strip() for text in (left, right))
        if all(re.fullmatch(r"[+-]?\d{1,18}", text) for text in (one, other)):
            return Truth(_NUMBERS[operator](int(one), int(other)))
        if is_known(one + other):
            return Truth(False)  # an error, which is a failure
        return Truth(None, self.invocation.machine.symbols.sources(one, other))

    def _newer(self, left: str, right: str) -> Truth:
        """Of files that the boots have written; a Secret is written anew whenever the pod starts."""
        one, other = self.invocation.entry(left), self.invocation.entry(right)
        if not one.exists:
            return Truth(one.exists)
        if other.exists is False:
            return Truth(True)
        if one.kind == FILE and other.kind == FILE and one.since != other.since:
            return Truth(one.since > other.since)
        return Truth(None)


def _is(letter: str, entry: Entry) -> bool | None:
    """What a test of a file finds, as far as the kind of entry tells."""
    if letter == "d":
        return entry.is_folder
    if letter == "f":
        return entry.is_file
    if letter in "ea":
        return entry.exists
    if letter in "Lh":
        return None if entry.kind == UNKNOWN else False
    if letter in "rswx" and entry.kind != UNKNOWN:
        if letter == "x" and entry.kind == FILE:
            return None
        return entry.kind != ABSENT
    return False if entry.kind == ABSENT else None


def _assumed(letter: str, entry: Entry, *, holds: bool) -> Entry | None:
    """The entry that an assumption about an unknown one makes certain."""
    if entry.kind != UNKNOWN:
        return None
    if not holds:
        return Entry(ABSENT) if letter in "ea" else None
    if letter == "d":
        return Entry(FOLDER)
    return Entry(FILE) if letter in "fs" else None
