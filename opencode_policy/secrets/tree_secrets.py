"""Secrets in the files of a tree: what no file may hold, and what no report may show.

Each text is first searched for hints, which takes microseconds; few go on to the detectors. A manifest is
then judged by its nodes, and by its text as far as that is comment.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from weakref import WeakKeyDictionary

from opencode_policy.detect.assignments import STRUCTURED
from opencode_policy.detect.binary import proven_secrets_in
from opencode_policy.detect.search import Hints, hints_of, secrets_in
from opencode_policy.detect.secret import Secret, Taken, without_overlap
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import walk
from opencode_policy.parse import Parsed, parse, values
from opencode_policy.redact import Redactor
from opencode_policy.secrets.generated import MARK, in_files, read_files
from opencode_policy.secrets.manifest_secrets import (
    SECRET_MANIFEST,
    FoundSecret,
    apart,
    is_declared,
    secrets_of_nodes,
)
from opencode_policy.secrets.sops import lines_in_clear
from opencode_policy.source import Source
from opencode_policy.tree import Tree

_YAML = (".yaml", ".yml", ".json")
_NUMBER_SIGN = re.compile(r"(?:\A|\s)#")
_ELSEWHERE = re.compile(
    r"[ \t]*(?:[&*!]|\{?[ \t]*(?:#[^\n]*)?(?:\r?\n)?[ \t]*[\"']?value\b"
    r"|(?:#[^\n]*)?\r?\n[ \t]+(?!-[ \t])[^\s#:][^\n:]*(?:\n|\Z))"
)
"""Behind a key: an anchor, an alias, a tag, a value that only begins on the next line or is wrapped."""

_USER_IN_LIST = re.compile(r"-(?:u|-user)[\"']?[ \t]*[,\r\n]")

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
        generated = _of_generators(tree)
        found = [
            item
            for path, source in sorted((*tree.sources.items(), *tree.opaque.items()))
            for item in _of(path, source, tree, generated.get(path, []))
        ]
        known = _KNOWN[tree] = TreeSecrets(tuple(found), len(tree.sources) + len(tree.opaque))
    return known


def _of(path: str, source: Source, tree: Tree, generated: list[FoundSecret]) -> list[FoundSecret]:
    if path in tree.opaque:
        return secrets_of_opaque(source)
    found = secrets_of_source(source, tree.manifests)
    return sorted(apart((*found, *generated)), key=lambda item: item.location) if generated else found


def _of_generators(tree: Tree) -> dict[str, list[FoundSecret]]:
    """What stands in files that kustomizations make Secrets of."""
    files = {
        path: key
        for kustomization, parsed in tree.manifests.items()
        if MARK in tree.sources[kustomization].text
        for root in values(parsed)
        for path, key in read_files(root, posixpath.dirname(kustomization))
    }
    found: dict[str, list[FoundSecret]] = {}
    for secret, source in in_files(files, tree.sources, is_declared):
        found.setdefault(source.path, []).append(_placed(source, secret))
    return found


def secrets_of_opaque(source: Source) -> list[FoundSecret]:
    """Secrets of a file that is no text: those that prove themselves."""
    return [_placed(source, secret) for secret in proven_secrets_in(source.text)]


def hide_secrets(redactor: Redactor, tree: Tree) -> None:
    """Tell a redactor of every secret of the tree: its value, its spelling in the file, its place.

    What Flux takes from a Secret to substitute is one, too.
    """
    for item in secrets_of(tree).found:
        redactor.add(item.secret.value.reveal())
        redactor.hide(item.location)
        source = tree.sources.get(item.location.path) or tree.opaque[item.location.path]
        redactor.add(_written(source, item.location))
    for build in tree.builds:
        for variable in build.variables.known.values():
            if variable.secret and variable.value:
                redactor.add(variable.value)


def _written(source: Source, location: Location) -> str:
    starts = source.line_starts
    start = starts[location.line - 1] + location.column - 1
    return source.text[start : starts[location.end_line - 1] + location.end_column - 1]


def secrets_of_source(source: Source, manifests: Mapping[str, Parsed]) -> list[FoundSecret]:
    """Every secret of a file, in order; `manifests` are those files that are parsed already."""
    text = source.text
    hints = hints_of(text)
    declares = SECRET_MANIFEST.search(text) is not None and _DATA.search(text) is not None
    declares = declares or ("stringData" in text and "HelmRelease" in text) or MARK in text or "ENC[" in text
    if not hints and not declares:
        return []
    raw = secrets_in(text, structured=source.path.endswith(STRUCTURED), hints=hints)
    if not source.path.endswith(_YAML):
        return [_placed(source, secret) for secret in without_overlap((*raw, *lines_in_clear(text)))]
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
    if hints.random or (hints.in_values and _ESCAPES.search(text)):
        return True
    if hints.other and _USER_IN_LIST.search(text):
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
