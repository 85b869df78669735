"""Shell patterns (POSIX 2.13): what `case`, `${x#...}` and pathname expansion match with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes

Piece = tuple[str, bool]
"""A stretch of a pattern, and whether it is quoted."""

_WEIRD = "\ue123/\ue124 \n"
_CLASS = re.compile(r"\[[!^]?\]?(?:\[:\w+:\]|[^\]])*\]", re.DOTALL)
_NAMED = {
    "[:alnum:]": "a-zA-Z0-9", "[:alpha:]": "a-zA-Z", "[:blank:]": r" \t", "[:digit:]": "0-9",
    "[:lower:]": "a-z", "[:space:]": r"\s", "[:upper:]": "A-Z", "[:xdigit:]": "0-9a-fA-F",
    "[:punct:]": r"!-/:-@\[-`{-~", "[:cntrl:]": r"\x00-\x1f\x7f", "[:graph:]": "!-~", "[:print:]": " -~",
}  # fmt: skip


def matcher(pieces: Sequence[Piece], *, greedy: bool = False) -> re.Pattern[str] | None:
    """The pattern as a regular expression; None when it is not known or not valid."""
    if any(has_holes(text) for text, _ in pieces):
        return None
    return _compiled(tuple(pieces), ".*" if greedy else ".*?")


@lru_cache(maxsize=1024)
def _compiled(pieces: tuple[Piece, ...], star: str) -> re.Pattern[str] | None:
    source = "".join(re.escape(text) if quoted else _translated(text, star) for text, quoted in pieces)
    try:
        return re.compile(source, re.DOTALL)
    except re.error:
        return None


def _translated(text: str, star: str) -> str:
    found: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        bracket = _CLASS.match(text, at) if char == "[" else None
        if bracket:
            found.append(_bracket(bracket[0]))
            at = bracket.end()
            continue
        found.append({"*": star, "?": "."}.get(char, re.escape(char)))
        at += 1
    return "".join(found)


def _bracket(text: str) -> str:
    inner = text[1:-1]
    negated = inner[:1] in ("!", "^")
    inner = inner[negated:]
    for name, characters in _NAMED.items():
        inner = inner.replace(name, "\ue125" + characters + "\ue125")
    parts = inner.split("\ue125")
    escaped = [
        re.sub(r"([\\\[\]^&~|])", r"\\\1", part) if i % 2 == 0 else part for i, part in enumerate(parts)
    ]
    return f"[{'^' if negated else ''}{''.join(escaped)}]"


def matches(pieces: Sequence[Piece], skeleton: str) -> bool | None:
    """Whether a text matches a pattern as a whole; None when that is not certain."""
    pattern = matcher(pieces)
    if pattern is None:
        return None
    if not has_holes(skeleton):
        return pattern.fullmatch(skeleton) is not None
    if all(pattern.fullmatch(text) for text in _fillings(skeleton)):
        return True
    literal = _literal_start(pieces)
    start = re.split(f"[{UNKNOWN}{SECRET}]", skeleton, maxsplit=1)[0]
    shared = min(len(literal), len(start))
    return False if literal[:shared] != start[:shared] else None


def _fillings(skeleton: str) -> tuple[str, str]:
    """Two texts that a skeleton may stand for, as different as possible; no secret has a `/` or `@`."""
    empty = skeleton.replace(UNKNOWN, "").replace(SECRET, "")
    return empty, skeleton.replace(UNKNOWN, _WEIRD).replace(SECRET, "Zz9_Zz9")


def _literal_start(pieces: Sequence[Piece]) -> str:
    """What a text must begin with to match."""
    found = ""
    for text, quoted in pieces:
        plain = text if quoted else re.split(r"[*?\[]", text, maxsplit=1)[0]
        found += plain
        if plain != text:
            break
    return found


def without_prefix(pieces: Sequence[Piece], skeleton: str, *, longest: bool) -> str | None:
    """`${x#pattern}`; None when the result is not certain."""
    pattern = matcher(pieces, greedy=longest)
    if pattern is None:
        return None

    def cut(text: str) -> str:
        match = pattern.match(text)
        return text[match.end() :] if match else text

    return _certain(skeleton, cut)


def without_suffix(pieces: Sequence[Piece], skeleton: str, *, longest: bool) -> str | None:
    """`${x%pattern}`; None when the result is not certain."""
    pattern = matcher(pieces)
    if pattern is None:
        return None
    before = ".*?" if longest else ".*"
    whole = re.compile(f"({before}){pattern.pattern}", re.DOTALL)

    def cut(text: str) -> str:
        match = whole.fullmatch(text)
        return match[1] if match else text

    return _certain(skeleton, cut)


def _certain(skeleton: str, cut: Callable[[str], str]) -> str | None:
    """What a cut leaves, if that does not depend on what the holes stand for."""
    if not has_holes(skeleton):
        return cut(skeleton)
    first, second = (cut(text) for text in _fillings(skeleton))
    if first == second:
        return first
    rest = cut(skeleton)
    return rest if has_holes(rest) and (SECRET in rest) == (SECRET in skeleton) else None


def may_match(glob: str, path: str) -> bool:
    """Whether a path with `*`, `?`, `[...]` or holes can stand for this absolute path.

    A path that does not begin with anything known stands for none: it might stand for any.
    """
    if glob == path:
        return True
    if not re.match(rf"/[^/*?\[{UNKNOWN}{SECRET}]", glob):
        return False
    pattern = matcher([(re.sub(f"[{UNKNOWN}{SECRET}]", "*", glob), False)])
    return pattern is not None and pattern.fullmatch(path) is not None
