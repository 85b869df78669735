"""Values given to names that promise a secret: `password: x`, `API_KEY=x`, `--token x`, `name: T` / `value: x`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.detect.names import NameKind, kind_of_name
from opencode_policy.detect.secret import Secret
from opencode_policy.detect.values import can_be_secret, is_identifier, looks_random
from opencode_policy.lean import dataclass

STRUCTURED = (".yaml", ".yml", ".json", ".env", ".ini", ".toml", ".conf", ".cfg", ".properties", ".tfvars")
"""Files in which what stands behind a key is its value; elsewhere it may as well be prose or code."""

_TELLING = re.compile(
    r"[Pp]ass(?:w|ph|\b|[\"'\s_=:])|PASS|[Pp][Ww][Dd]|PWD|[Tt]oken|TOKEN|[Ss]ecret|SECRET|[Cc]red|CRED"
    r"|[Aa]pi[-_]?[Kk]ey|(?<=[a-z_-])[Kk]ey\b|(?<=_)KEY|[Aa]uth|AUTH|\b[Pp]at\b|PAT\b|[Jj]wt|JWT"
)
_NAME_BEFORE = re.compile(r"[A-Za-z0-9_./-]*\Z")
_REST = re.compile(r"(?P<rest>[\w.-]{0,40})\\?[\"']?(?P<between>[ \t]*(?::=|=>|=|:)[ \t]*)")
_OPTION = re.compile(r"(?P<rest>[\w-]{0,40})[ \t]+(?=[^\s-])")
_PAIR = re.compile(
    r"name\\?[\"']?[ \t]*:[ \t]*\\?[\"']?(?P<name>[A-Za-z_][\w.-]*)\\?[\"']?[ \t]*(?:#[^\n]*)?,?\s*"
    r"\\?[\"']?value\\?[\"']?[ \t]*:[ \t]*"
)
_VALUE = re.compile(
    r"""
    (?:[|>][-+\d]*[ \t]*(?:\#[^\n]*)?\r?\n[ \t]+)?          # a block scalar: its first line
    (?P<quote>\\?["'])?
    (?P<value>(?(quote)(?:(?!(?P=quote))[^\n\\]|\\.(?<!(?P=quote)))*|[^\s,;"'`)\]}\\]+))
    """,
    re.VERBOSE,
)
_CODE = re.compile(r"[(){}\[\]]|\A[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+;?\Z|;\Z")
_TALKS_ABOUT = re.compile(r"(?i)pass|secret|token|key|cred|auth")
_SHORTEST = 5
_WINDOW = 160


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that stands behind a name; `alone` tells that nothing but a comment follows on its line."""

    text: str
    start: int
    end: int
    quoted: bool
    alone: bool


def assignments(text: str, *, structured: bool) -> Iterator[Secret]:
    """Literal values of names that promise a secret; never certain."""
    for name, value in (*_assigned(text), *_paired(text)):
        kind = kind_of_name(name)
        if kind and _is_literal(kind, value, structured=structured):
            yield Secret(f"the value of '{name}'", value.start, value.end, False, value.text)


def _assigned(text: str) -> Iterator[tuple[str, _Value]]:
    for found in _TELLING.finditer(text):
        end = found.start() + len(found[0].rstrip("\"' \t\r\n=:"))
        before = _NAME_BEFORE.search(text, max(0, found.start() - _WINDOW), found.start())
        head = (before[0] if before else "") + text[found.start() : end]
        rest = _REST.match(text, end)
        if rest is None and head.lstrip("/.").startswith("--"):
            rest = _OPTION.match(text, end)
        if rest is not None:
            value = _value_at(text, rest.end())
            if value is not None:
                yield head.lstrip("-") + rest["rest"], value


def _paired(text: str) -> Iterator[tuple[str, _Value]]:
    """Environment variables as Kubernetes lists them: a name and a value beside it."""
    for found in _PAIR.finditer(text) if "value" in text else ():
        value = _value_at(text, found.end())
        if value is not None:
            yield found["name"], value


def _value_at(text: str, start: int) -> _Value | None:
    found = _VALUE.match(text, start)
    if found is None or not found["value"]:
        return None
    line_end = text.find("\n", found.end())
    behind = text[found.end() : line_end if line_end >= 0 else len(text)].lstrip("\\\"'`,;)]} \t\r")
    alone = not behind or behind.startswith(("#", "//"))
    return _Value(found["value"], found.start("value"), found.end("value"), bool(found["quote"]), alone)


def _is_literal(kind: NameKind, value: _Value, *, structured: bool) -> bool:
    """Whether the value is a secret as far as one can tell from name and form."""
    text = value.text
    if len(text) < _SHORTEST or not can_be_secret(text):
        return False
    if looks_random(text):
        return True
    if kind != "password" or not value.alone or any(char.isspace() for char in text):
        return False
    if structured:
        return not (is_identifier(text) and _TALKS_ABOUT.search(text))
    return _mixed(text) and (value.quoted or not _CODE.search(text))


def _mixed(text: str) -> bool:
    """Whether a text has letters and digits or signs, as passwords do and words of prose do not."""
    letters = any(char.isalpha() for char in text)
    return letters and any(not char.isalpha() for char in text) and not is_identifier(text)
