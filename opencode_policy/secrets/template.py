"""Templates of an ExternalSecret: which fetched values a key is made of, and whether they stay whole.

External Secrets runs Go's text/template with `missingkey=error`: a variable that nothing fetches fails the
whole Secret (external-secrets v1.2, runtime/template/v2/template.go). Nothing is escaped.
"""

from __future__ import annotations

import re

from opencode_policy.lean import dataclass

_ACTION = re.compile(r"\{\{-?(?P<body>.*?)-?\}\}", re.DOTALL)
_COMMENT = re.compile(r"\s*/\*.*?\*/\s*", re.DOTALL)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`', re.DOTALL)
_INDEX = re.compile(r'\bindex\s+[.$]\s*(?:"(?P<quoted>[^"\\]+)"|`(?P<raw>[^`]+)`)')
_VARIABLE = re.compile(r"(?<![\w.)\]])(?:\$\.|\.)(?P<name>[A-Za-z_]\w*)")
_WHOLE = re.compile(
    r'(?:\$?\.(?P<name>[A-Za-z_]\w*)|index\s+[.$]\s*(?:"(?P<quoted>[^"\\]+)"|`(?P<raw>[^`]+)`))'
    r"(?:\s*\|\s*(?:toString|trim))*"
)
_REBINDS = re.compile(r"\b(?:range|with|define|template|block)\b")


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """What a template takes.

    `names` are the variables in order; `whole` is the one whose value it passes on unchanged, empty where it
    adds or computes something; `added` tells that fixed text stands around the value; `clear` is False where
    the template rebinds the dot, so that names below it need not be fetched ones.
    """

    names: tuple[str, ...]
    whole: str
    added: bool
    clear: bool


def read_template(text: str) -> TemplateUse:
    """What the text of one templated key takes."""
    bodies = [found["body"].strip() for found in _ACTION.finditer(text)]
    bodies = [body for body in bodies if not _COMMENT.fullmatch(body)]
    names = tuple(dict.fromkeys(name for body in bodies for name in _names(body)))
    outside = _ACTION.sub("", text)
    whole = _whole(bodies[0]) if len(bodies) == 1 and not outside else ""
    clear = not any(_REBINDS.search(body) for body in bodies)
    return TemplateUse(names, whole, bool(outside.strip()), clear)


def _names(body: str) -> list[str]:
    indexed = [found["quoted"] or found["raw"] for found in _INDEX.finditer(body)]
    return [*indexed, *(found["name"] for found in _VARIABLE.finditer(_QUOTED.sub('""', body)))]


def _whole(body: str) -> str:
    found = _WHOLE.fullmatch(body)
    return (found["name"] or found["quoted"] or found["raw"]) if found else ""
