"""A string as kustomize writes it into the YAML in which Flux substitutes.

Flux substitutes in text: the manifest is written out again after the build, and with it go the quotes that
a person wrote (fluxcd/pkg kustomize/kustomize_varsub.go; the writer is go-yaml v2, whose libyaml decides the
style in yaml_emitter_analyze_scalar). What stands in quotes there stays a string; what does not is read anew.
"""

from __future__ import annotations

import re

from opencode_policy.lean import dataclass

_INDICATOR_FIRST = frozenset("#,[]{}&*!|>'\"%@`")
_UNSAFE = re.compile(r"^[-?:](?:\s|$)|:(?:\s|$)|\s#|^(?:---|\.\.\.)")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LAST_PRINTABLE = 0xFFFF


@dataclass(frozen=True, slots=True)
class Emitted:
    """A scalar as it is written: its style, one of `None '"|`, and the text between the quotes."""

    style: str | None
    text: str


def emitted(value: str) -> Emitted:
    """The style and text in which a string is written."""
    if not all(map(_printable, value)) or " \n" in value:
        return Emitted('"', "".join(_ESCAPES.get(char, char) for char in value))
    if "\n" in value:
        return Emitted("|", value)
    if not value or _quoted(value):
        return Emitted("'", value.replace("'", "''"))
    return Emitted(None, value)


def _quoted(value: str) -> bool:
    around = value[0] == " " or value[-1] == " "
    return around or value[0] in _INDICATOR_FIRST or _UNSAFE.search(value) is not None


def _printable(char: str) -> bool:
    return char == "\n" or (" " <= char != "\x7f" and ord(char) <= _LAST_PRINTABLE)
