"""Secrets in the nodes of manifests, with an eye for what Kubernetes objects mean by a value.

What stands in a Secret is one by declaration, base64 or not; what refers to a secret by name, and what is
encrypted for the cluster (SealedSecret, SOPS), is none.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator

from opencode_policy.detect.assignments import STRUCTURED, is_literal
from opencode_policy.detect.encoded import decode
from opencode_policy.detect.names import kind_of_name
from opencode_policy.detect.search import Hints, hints_of, secrets_in
from opencode_policy.detect.secret import Secret, Taken
from opencode_policy.detect.values import can_be_secret
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import parse, values
from opencode_policy.scalar_map import locate, written_span
from opencode_policy.source import Source

SECRET_MANIFEST = re.compile(r"kind\\?[\"']?[ \t]*:[ \t]*\\?[\"']?Secret\b")
"""A Secret as YAML or JSON writes it, also inside a string."""

_BY_NAME = frozenset(
    {"configMapKeyRef", "remoteRef", "secretKeyRef", "secretName", "secretRef", "secretStoreRef"}
)
"""Keys whose values name a secret and hold none."""

_DATA = ("data", "stringData")
_PLACES_AND_PEOPLE = """
    ca cert crt domain email endpoint host hostname id insecure issuer kind name port project region type uri
    url user username version
"""
_OPEN = frozenset(_PLACES_AND_PEOPLE.split())
"""Last words of keys that a Secret may have in clear: they say where and who, not by which secret."""

_LAST_WORD = re.compile(r"[A-Za-z][a-z]*\Z|[A-Z]+\Z")
_ASSIGNMENT = re.compile(r"-{0,2}[A-Za-z_][\w.-]*=\S")
_SHORTEST = 4
_SHORTEST_TEXT = 12
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret and where it is written."""

    secret: Secret
    location: Location


Place = Callable[[ScalarNode, int, int], Location]
"""Where a range of a scalar's value is written."""


def secrets_of_nodes(roots: Iterator[Node], hints: Hints) -> list[FoundSecret]:
    """Every secret in these documents, some twice; `hints` are those of the whole file."""
    reader = _Reader(hints, locate, 0)
    for root in roots:
        reader.read(root, "")
    return reader.found


def apart(found: Iterable[FoundSecret], taken: Taken | None = None) -> list[FoundSecret]:
    """Of findings in one file that share text one: a certain one rather than a likely one, else the first."""
    free = taken or Taken()
    certain_first = sorted(found, key=lambda item: not item.secret.certain)
    return [item for item in certain_first if free.take(*_range(item.location))]


def _range(at: Location) -> tuple[tuple[int, int], tuple[int, int]]:
    return (at.line, at.column), (at.end_line, at.end_column)


class _Reader:
    """Walks a document and collects what it finds, more than once what an alias repeats."""

    def __init__(self, hints: Hints, place: Place, depth: int) -> None:
        self.hints = hints
        self.place = place
        self.depth = depth
        self.names = hints.names
        self.found: list[FoundSecret] = []

    def read(self, node: Node, key: str) -> None:
        """Look through a node that is the value of a key; items of a list have the list's key."""
        if isinstance(node, ScalarNode):
            self.scalar(node, key)
        elif isinstance(node, MappingNode):
            self.mapping(node, key)
        elif isinstance(node, SequenceNode):
            self.options(node)
            for item in node.items:
                self.read(item, key)

    def mapping(self, node: MappingNode, key: str) -> None:
        if key == "sops" and "mac" in node.entries:
            return
        kind = _text(node.get("kind"))
        self.pair(node)
        self.login(node)
        for name, (_, value) in node.entries.items():
            if name in _BY_NAME or (name, key) == ("encryptedData", "spec"):
                continue
            if name == "secretKey" and "remoteRef" in node.entries:
                continue
            if kind == "Secret" and name in _DATA:
                self.declared(value, encoded=name == "data")
            else:
                self.read(value, name)

    def pair(self, node: MappingNode) -> None:
        """A name and a value beside it, as in `env`."""
        value = node.get("value")
        name = _text(node.get("name")) or _text(node.get("key"))
        if name and isinstance(value, ScalarNode):
            self.named(name, value)

    def login(self, node: MappingNode) -> None:
        """An OAuth login: its tokens have names that promise nothing by themselves."""
        if _text(node.get("type")) == "oauth":
            for name in ("refresh", "access"):
                value = node.get(name)
                if isinstance(value, ScalarNode) and can_be_secret(value.value):
                    self.add(
                        Secret("the token of an OAuth login", 0, len(value.value), False, value.value), value
                    )

    def options(self, node: SequenceNode) -> None:
        """Options such as `--password` with their value in the next item."""
        items = [item if isinstance(item, ScalarNode) else None for item in node.items]
        for option, value in itertools.pairwise(items):
            if option is not None and value is not None and option.value.startswith("--"):
                self.named(option.value.lstrip("-"), value)

    def scalar(self, node: ScalarNode, key: str) -> None:
        if key in self.names:
            self.named(key, node)
        value = node.value
        if len(value) >= _SHORTEST_TEXT and (self.hints.in_values or "\n" in value or "=" in value):
            self.text(node, structured=key.endswith(STRUCTURED) or _is_assignment(value))

    def named(self, name: str, node: ScalarNode) -> None:
        value = node.value
        if is_literal(kind_of_name(name), value, structured=True, quoted=True, alone=True):
            self.add(Secret(f"the value of '{name}'", 0, len(value), False, value), node)

    def text(self, node: ScalarNode, *, structured: bool) -> None:
        """What a value holds: a token, a script, a file, another document."""
        hints = hints_of(node.value)
        for secret in secrets_in(node.value, structured=structured, hints=hints) if hints else ():
            self.add(secret, node)
        if self.depth < _DEEPEST and SECRET_MANIFEST.search(node.value):
            self.embedded(node, hints)

    def embedded(self, node: ScalarNode, hints: Hints) -> None:
        """A manifest inside a string, as in the annotation last-applied-configuration."""

        def place(inner: ScalarNode, start: int, end: int) -> Location:
            return self.place(node, *written_span(inner, start, end))

        reader = _Reader(hints, place, self.depth + 1)
        for root in values(parse(Source(node.source.path, node.value))):
            reader.read(root, "")
        self.found += reader.found

    def declared(self, node: Node, *, encoded: bool) -> None:
        """The data of a Secret: every value is one, unless it plainly is not."""
        for key, (_, value) in node.entries.items() if isinstance(node, MappingNode) else ():
            if not isinstance(value, ScalarNode):
                continue
            plain = decode(value.value) if encoded else ""
            inner = secrets_in(plain or value.value, structured=True)
            for secret in inner:
                whole = Secret(secret.kind, 0, len(value.value), secret.certain, secret.value, encoded=True)
                self.add(whole if plain else secret, value)
            if not inner and _is_declared(key, plain or value.value):
                kind = f"the value of '{key}' in a Secret"
                self.add(Secret(kind, 0, len(value.value), True, plain or value.value, bool(plain)), value)

    def add(self, secret: Secret, node: ScalarNode) -> None:
        alias = next((change for change in node.history if change.kind == "alias"), None)
        location = alias.location if alias else self.place(node, secret.start, secret.end)
        self.found.append(FoundSecret(secret, location))


def _is_assignment(value: str) -> bool:
    """Whether a value is one assignment or option and nothing else: `--password=x`, `PASSWORD=x`."""
    return "\n" not in value and _ASSIGNMENT.match(value) is not None


def _is_declared(key: str, value: str) -> bool:
    """Whether a value of a Secret is a secret: no reference, no placeholder, no name of a place or person."""
    if len(value) < _SHORTEST or not can_be_secret(value) or "{{" in value or "${" in value:
        return False
    if kind_of_name(key):
        return True
    last = _LAST_WORD.search(key)
    return "\n" not in value.strip() and not (last and last[0].lower() in _OPEN)


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, ScalarNode) else ""
