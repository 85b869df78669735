"""Secrets in the files of a tree: what no file may hold, and what no report may show.

Each text is first searched for hints, which takes microseconds; few go on to the detectors. A manifest is
then judged by its nodes, and by its text as far as that is comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from weakref import WeakKeyDictionary

from opencode_policy.detect.assignments import STRUCTURED
from opencode_policy.detect.search import Hints, hints_of, secrets_in
from opencode_policy.detect.secret import Secret, Taken
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import walk
from opencode_policy.parse import Parsed, parse, values
from opencode_policy.redact import Redactor
from opencode_policy.secrets.manifest_secrets import SECRET_MANIFEST, FoundSecret, apart, secrets_of_nodes
from opencode_policy.source import Source
from opencode_policy.tree import Tree

_YAML = (".yaml", ".yml", ".json")
_NUMBER_SIGN = re.compile(r"(?:\A|\s)#")
_ELSEWHERE = re.compile(r"[ \t]*(?:[&*!]|(?:#[^\n]*)?\r?\n[ \t]+(?!-[ \t])[^\s#:][^\n:]*(?:\n|\Z))")
"""Behind a key: an anchor, an alias, a tag, or a value that only begins on the next line."""

_DATA = re.compile(r"[dD]ata\\?[\"']?[ \t]*:")
_ESCAPES = re.compile(r"\\(?:[xuU][0-9A-Fa-f]|\r?\n)")


@dataclass(frozen=True, slots=True)
class TreeSecrets:
    """Every secret of a tree, in the order of its files, and how many files were searched."""

    found: tuple[FoundSecret, ...]
    files: int


_KNOWN: WeakKeyDictionary[Tree, TreeSecrets] = WeakKeyDictionary()


def secrets_of(tree: Tree) -> TreeSecrets:
    """The secrets of a tree; searched for once."""
    known = _KNOWN.get(tree)
    if known is None:
        sources = tree.sources.values()
        found = (item for source in sources for item in secrets_of_source(source, tree.manifests))
        known = _KNOWN[tree] = TreeSecrets(tuple(found), len(sources))
    return known


def hide_secrets(redactor: Redactor, tree: Tree) -> None:
    """Tell a redactor of every secret of the tree: its value, its spelling in the file, its place."""
    for item in secrets_of(tree).found:
        redactor.add(item.secret.value)
        redactor.hide(item.location)
        redactor.add(_written(tree.sources[item.location.path], item.location))


def _written(source: Source, location: Location) -> str:
    starts = source.line_starts
    start = starts[location.line - 1] + location.column - 1
    return source.text[start : starts[location.end_line - 1] + location.end_column - 1]


def secrets_of_source(source: Source, manifests: Mapping[str, Parsed]) -> list[FoundSecret]:
    """Every secret of a file, in order; `manifests` are those files that are parsed already."""
    text = source.text
    hints = hints_of(text)
    declares = SECRET_MANIFEST.search(text) is not None and _DATA.search(text) is not None
    if not hints and not declares:
        return []
    raw = secrets_in(text, structured=source.path.endswith(STRUCTURED), hints=hints)
    if not source.path.endswith(_YAML):
        return [_placed(source, secret) for secret in raw]
    if not raw and not declares and not _hides(text, hints):
        return []
    parsed = manifests.get(source.path) or parse(source)
    taken = Taken()
    found = apart(secrets_of_nodes(values(parsed), hints), taken)
    found += apart(_beside(source, raw, parsed), taken)
    return sorted(found, key=lambda item: item.location)


def _placed(source: Source, secret: Secret) -> FoundSecret:
    return FoundSecret(secret, source.location(secret.start, secret.end))


def _hides(text: str, hints: Hints) -> bool:
    """Whether YAML may hold a secret that its text does not show: escaped, or away from its name."""
    if hints.in_values and _ESCAPES.search(text):
        return True
    return any(item.at < 0 or _ELSEWHERE.match(text, item.at) for item in hints.given)


def _beside(source: Source, raw: Iterable[Secret], parsed: Parsed) -> Iterator[FoundSecret]:
    """What the text shows and the nodes may not: in comments, and in what could not be parsed.

    A likely secret in a value is left out: the nodes know better what the value is.
    """
    comments = _Comments(source, parsed)
    for secret in raw:
        if secret.certain or not parsed.complete or comments.hold(secret.start):
            yield _placed(source, secret)


class _Comments:
    """Which places of a parsed file are comment: behind a number sign, and in no scalar."""

    def __init__(self, source: Source, parsed: Parsed) -> None:
        self.source = source
        self.parsed = parsed
        self.spans: list[tuple[int, int]] | None = None

    def hold(self, offset: int) -> bool:
        line, column = self.source.position(offset)
        if not _NUMBER_SIGN.search(self.source.line(line)[: column - 1]):
            return False
        if self.spans is None:
            self.spans = sorted(node.span for root in values(self.parsed) for node in walk(root))
        index = bisect_right(self.spans, (offset, offset))
        before = self.spans[max(0, index - 1) : index + 1]
        return not any(start <= offset < end for start, end in before)
