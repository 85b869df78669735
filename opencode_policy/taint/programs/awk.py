"""Whether an awk program can print anything (POSIX, awk utility)."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<word>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)
        |(?P<continued>\\\n)|(?P<blank>[ \t\r]+)|(?P<newline>\n)|(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_REGEX = re.compile(r"/(?:\\.|\[[^\]\n]*\]|[^/\\\n])+/")
_PRINTING = frozenset({"print", "printf", "system"})
_VALUES = frozenset({"word", "number", "string"})


@lru_cache(maxsize=64)
def prints(program: str) -> bool:
    """Whether the program prints, or runs a program that may; in doubt it does."""
    tokens = _tokens(program)
    if any(kind == "word" and text in _PRINTING for kind, text in tokens):
        return True
    if any(text == "|" and after[1] != "|" and before != "|" for before, text, after in _triples(tokens)):
        return True
    return _has_bare_pattern(tokens)


@lru_cache(maxsize=64)
def prints_input(program: str) -> bool:
    """Whether what is printed may be made of what is read; in doubt it is.

    It is not where no record or field is named but for its length, and each `print` says what to print.
    """
    tokens = _tokens(re.sub(r"length\s*\(\s*\$0?\s*\)|\blength\b", "0", program))
    if any(text in ("$", "getline", "|") for _, text in tokens) or _has_bare_pattern(tokens):
        return True
    following = [*tokens[1:], ("", "")]
    return any(
        text == "print" and after in ("", ";", "}", "\n", ">")
        for (_, text), (_, after) in zip(tokens, following, strict=True)
    )


def _tokens(program: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(program):
        regex = _REGEX.match(program, at) if program[at] == "/" and not _follows_value(found) else None
        match = regex or _TOKEN.match(program, at)
        if match is None:
            break
        kind = "string" if regex else match.lastgroup or "other"
        if kind not in ("comment", "blank", "continued"):
            found.append((kind, match[0]))
        at = match.end()
    return found


def _follows_value(tokens: list[tuple[str, str]]) -> bool:
    """Whether a slash divides here: behind a value."""
    return bool(tokens) and (tokens[-1][0] in _VALUES or tokens[-1][1] in (")", "]"))


def _triples(tokens: list[tuple[str, str]]) -> list[tuple[str, str, tuple[str, str]]]:
    texts = ["", *(text for _, text in tokens)]
    following = [*tokens[1:], ("", "")]
    return [
        (before, text, after)
        for before, (kind, text), after in zip(texts, tokens, following, strict=False)
        if kind == "other"
    ]


def _has_bare_pattern(tokens: list[tuple[str, str]]) -> bool:
    """Whether an item of the program has a pattern and no action: it prints the records that match."""
    depth, pending, function = 0, False, False
    for kind, text in tokens:
        if text == "{" and kind == "other":
            depth += 1
            pending = False
        elif text == "}" and kind == "other":
            depth -= 1
        elif depth == 0 and kind == "newline" and not function:
            if pending:
                return True
        elif depth == 0 and text != ";" and kind != "newline":
            pending = True
    return pending
