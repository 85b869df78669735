"""What a variable, a file or a stream may hold: a few texts, each known as far as the script shows it.

A text's secret parts are holes (`SECRET`), and `flows` says which secrets they come from and on what way.
Joining where ways of the script meet keeps up to `LIMIT` texts apart; beyond that they become one, with a
hole between what they have in common on the left and on the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import NamedTuple

from opencode_policy.lean import dataclass
from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes
from opencode_policy.shell.spans import Span

LIMIT = 8
LONGEST = 16_384
"""Characters of a text that are kept."""


class Place(NamedTuple):
    """A range of a document: `document` is whatever the caller gave the text with."""

    document: object
    span: Span


@dataclass(frozen=True, slots=True)
class Secret:
    """Something secret that a script can reach. `name` is its variable or path; `at` is the caller's."""

    name: str
    at: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One step of a secret's way, and the step before it; `passed` marks the passing of an argument."""

    before: Hop | None
    place: Place
    words: str
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A secret and the way it took. Two flows of one secret are equal: the first way found is told."""

    secret: Secret
    hop: Hop | None = field(default=None, compare=False)

    @property
    def hops(self) -> list[Hop]:
        """The steps, from the source on."""
        found: list[Hop] = []
        hop = self.hop
        while hop is not None:
            found.append(hop)
            hop = hop.before
        return found[::-1]

    @property
    def entered(self) -> Place | None:
        """Where the secret was first passed on to the functions that now have it."""
        hop = self.hop
        place: Place | None = None
        while hop is not None and hop.passed:
            place = hop.place
            hop = hop.before
        return place


Flows = tuple[Flow, ...]


class Text(NamedTuple):
    """One text. It has flows exactly if it has a secret hole."""

    skeleton: str
    flows: Flows = ()


class Value(NamedTuple):
    """One or more texts, one of which is meant."""

    texts: tuple[Text, ...]

    @property
    def flows(self) -> Flows:
        """All secrets that any of the texts holds."""
        return self.texts[0].flows if len(self.texts) == 1 else merged(*(text.flows for text in self.texts))

    @property
    def known(self) -> str | None:
        """The text, if there is only one and nothing of it is missing."""
        first = self.texts[0]
        return None if len(self.texts) > 1 or has_holes(first.skeleton) else first.skeleton

    @property
    def skeletons(self) -> list[str]:
        return [text.skeleton for text in self.texts]

    def mapped(self, change: Callable[[str], str]) -> Value:
        """Each text changed; a text that loses its secret hole loses its flows."""
        return of_texts(altered(text, change(text.skeleton)) for text in self.texts)

    def with_hop(self, place: Place, words: str, *, passed: bool = False) -> Value:
        """The same value one step further on its way."""
        if not self.flows:
            return self

        def further(flows: Flows) -> Flows:
            return tuple(Flow(flow.secret, Hop(flow.hop, place, words, passed)) for flow in flows)

        return Value(tuple(Text(text.skeleton, further(text.flows)) for text in self.texts))


def merged(*groups: Flows) -> Flows:
    """Flows of several texts, one for each secret."""
    return tuple(dict.fromkeys(flow for flows in groups for flow in flows))


def altered(text: Text, skeleton: str) -> Text:
    """What became of a text."""
    return Text(skeleton, text.flows if SECRET in skeleton else ())


def constant(text: str) -> Value:
    """A known text."""
    return Value((Text(text),))


NOTHING = constant("")
ANYTHING = constant(UNKNOWN)


def secret(flows: Flows) -> Value:
    """A text of which only is known what secrets it may hold."""
    return Value((Text(SECRET, flows),)) if flows else ANYTHING


def of_texts(texts: Iterable[Text]) -> Value:
    """The value that is one of these texts."""
    found: dict[str, Text] = {}
    for text in texts:
        same = found.get(text.skeleton)
        found[text.skeleton] = text if same is None else Text(text.skeleton, merged(same.flows, text.flows))
    if len(found) == 1:
        return Value(tuple(found.values()))
    ordered = tuple(sorted(found.values(), key=lambda text: text.skeleton))
    return Value(ordered) if len(ordered) <= LIMIT else Value((_widened(ordered),))


def joined(values: Sequence[Value]) -> Value:
    """The value that is one of these values."""
    first = values[0]
    if all(value == first for value in values[1:]):
        return first
    return of_texts(text for value in values for text in value.texts)


def concatenated(values: Sequence[Value]) -> Value:
    """Values one behind the other."""
    if len(values) == 1:
        return values[0]
    if all(len(value.texts) == 1 for value in values):
        flows = merged(*(value.texts[0].flows for value in values))
        return Value((Text(clipped("".join(value.texts[0].skeleton for value in values), flows), flows),))
    texts: list[Text] = [Text("")]
    for value in values:
        if len(texts) * len(value.texts) > LIMIT:
            texts, value = [_single(texts)], Value((_single(value.texts),))  # noqa: PLW2901
        texts = [_appended(left, right) for left in texts for right in value.texts]
    return of_texts(texts)


def collapsed(value: Value) -> Value:
    """The value as a single text."""
    return Value((_single(value.texts),))


def _single(texts: Sequence[Text]) -> Text:
    return texts[0] if len(texts) == 1 else _widened(texts)


def _appended(left: Text, right: Text) -> Text:
    flows = merged(left.flows, right.flows) if left.flows and right.flows else left.flows or right.flows
    return Text(clipped(left.skeleton + right.skeleton, flows), flows)


def clipped(skeleton: str, flows: Flows) -> str:
    """A text that is too long, ended by a hole; two holes of a kind side by side made one."""
    for hole in (UNKNOWN, SECRET):
        while hole * 2 in skeleton:
            skeleton = skeleton.replace(hole * 2, hole)
    if len(skeleton) <= LONGEST:
        return skeleton
    return skeleton[:LONGEST] + (SECRET if flows else UNKNOWN)


def _widened(texts: Sequence[Text]) -> Text:
    """One text for several: what they begin and end with, and a hole between."""
    skeletons = [text.skeleton for text in texts]
    start = _common(skeletons)
    shortest = min(map(len, skeletons)) - len(start)
    end = _common([skeleton[::-1][:shortest] for skeleton in skeletons])[::-1]
    inner = [skeleton[len(start) : len(skeleton) - len(end)] for skeleton in skeletons]
    hole = SECRET if any(SECRET in part for part in inner) else UNKNOWN
    flows = merged(*(text.flows for text in texts))
    skeleton = clipped(start + hole + end, flows)
    return Text(skeleton, flows if SECRET in skeleton else ())


def _common(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    first, last = min(texts), max(texts)
    length = next((i for i, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), None)
    return first[: min(len(first), len(last)) if length is None else length]
