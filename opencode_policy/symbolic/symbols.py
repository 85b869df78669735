"""Texts of which parts are not known.

A text is a plain string in which a symbol, one character of Unicode's last private plane, stands for text
that only running would tell: a token, the contents of a file, the output of a program. So every string
operation works on texts as it is; `Symbols` remembers what each character stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from opencode_policy.lean import dataclass, replace

_FIRST = 0x100000
_FIRST_RIVAL = 0x10C000
_SYMBOL = re.compile("[\U00100000-\U0010fffd]")

_UNEQUAL_INPUTS_ONLY = frozenset({"wc", "grep", "test"})
"""Programs whose output is often the same for different inputs."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a symbol stands for.

    `origin` says it in words. A `derived` symbol is the result of an operation (`origin`) on `operands`.
    `filled` text is never empty, `solid` text is letters and digits only. Symbols of one `rivalry` are
    pairwise different texts. `sources` are all symbols it depends on, itself among them.
    """

    origin: str
    operands: tuple[str, ...] = ()
    derived: bool = False
    filled: bool = False
    solid: bool = False
    rivalry: str = ""
    sources: frozenset[str] = frozenset()


class Symbols:
    """The symbols of one simulation."""

    def __init__(self) -> None:
        self._all: dict[str, Symbol] = {}
        self._known: dict[tuple[str, tuple[str, ...]], str] = {}

    def __getitem__(self, symbol: str) -> Symbol:
        return self._all[symbol]

    def fresh(self, origin: str, *about: str, filled: bool = False, rivalry: str = "") -> str:
        """A symbol unlike any other; `about` are texts it depends on."""
        sources = self.sources(*about)
        return self._add(Symbol(origin, filled=filled, rivalry=rivalry, sources=sources))

    def derived(self, operation: str, *operands: str, filled: bool = False, solid: bool = False) -> str:
        """The result of an operation that always gives the same for the same operands."""
        key = (operation, operands)
        if key not in self._known:
            sources = self.sources(*operands)
            symbol = Symbol(operation, operands, True, filled or solid, solid, "", sources)
            self._known[key] = self._add(symbol)
        return self._known[key]

    def rival(self, origin: str, rivalry: str, *, filled: bool = True) -> str:
        """A text known by its origin, and unlike all others of its rivalry.

        What is assumed of such texts is kept of every path (`State.topics`), so that two paths that end
        alike for different reasons stay two.
        """
        key = (origin, ("rival", rivalry))
        if key not in self._known:
            self._known[key] = self._add(Symbol(origin, filled=filled, rivalry=rivalry))
        return self._known[key]

    def sources(self, *texts: str) -> frozenset[str]:
        """Every symbol that some texts depend on."""
        found: set[str] = set()
        for text in texts:
            for symbol in symbols_in(text):
                found |= self._all[symbol].sources
        return frozenset(found)

    def filled(self, text: str) -> bool:
        """Whether a text is certainly not empty."""
        return any(not is_symbol(char) or self._all[char].filled for char in text)

    def solid(self, text: str) -> bool:
        """Whether all that is not known of a text is letters and digits."""
        return all(self._all[symbol].solid for symbol in symbols_in(text))

    def words(self, text: str) -> str:
        """A text for people: three dots for what is not known."""
        return _SYMBOL.sub("...", text)

    def differ(self, left: str, right: str) -> bool:
        """Whether two symbols certainly stand for different texts."""
        one, other = self._all[left], self._all[right]
        if left != right and one.rivalry and one.rivalry == other.rivalry:
            return True
        if not one.derived or not other.derived or one.origin != other.origin:
            return False
        if one.origin.partition(" ")[0] in _UNEQUAL_INPUTS_ONLY or len(one.operands) != len(other.operands):
            return False
        unlike = [(a, b) for a, b in zip(one.operands, other.operands, strict=True) if a != b]
        return len(unlike) == 1 and self.equal(*unlike[0]) is False

    def equal(self, left: str, right: str) -> bool | None:
        """Whether two texts are equal, None where that cannot be said."""
        if left == right:
            return True
        if is_known(left) and is_known(right):
            return False
        left, right = _without_common_ends(left, right)
        for text, other in ((left, right), (right, left)):
            if not text and self.filled(other):
                return False
        if left and right and _literals_clash(left, right):
            return False
        if is_symbol(left) and is_symbol(right) and self.differ(left, right):
            return False
        return None

    def _add(self, symbol: Symbol) -> str:
        char = chr((_FIRST_RIVAL if symbol.rivalry else _FIRST) + len(self._all))
        self._all[char] = replace(symbol, sources=symbol.sources | {char})
        return char


def is_known(text: str) -> bool:
    """Whether a text holds no symbol."""
    return text.isascii() or _SYMBOL.search(text) is None


def is_symbol(text: str) -> bool:
    """Whether a text is exactly one symbol."""
    return len(text) == 1 and text >= chr(_FIRST)


def rivals(symbols: Iterable[str]) -> frozenset[str]:
    """Those of some symbols that belong to a rivalry."""
    return frozenset(symbol for symbol in symbols if symbol >= chr(_FIRST_RIVAL))


def symbols_in(text: str) -> list[str]:
    """The symbols of a text, in order."""
    return [] if text.isascii() else _SYMBOL.findall(text)


@cache
def cleaned(text: str) -> str:
    """A text from outside, in which nothing can be taken for a symbol."""
    return text if is_known(text) else _SYMBOL.sub("\ufffd", text)


def _without_common_ends(left: str, right: str) -> tuple[str, str]:
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    left, right = left[start:], right[start:]
    end = 0
    while end < min(len(left), len(right)) and left[-1 - end] == right[-1 - end]:
        end += 1
    return left[: len(left) - end], right[: len(right) - end]


def _literals_clash(left: str, right: str) -> bool:
    """Whether two texts without common ends begin, or end, with different known characters."""
    begin = not is_symbol(left[0]) and not is_symbol(right[0])
    end = not is_symbol(left[-1]) and not is_symbol(right[-1])
    return begin or end
