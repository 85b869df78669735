"""The life of a value: where it was written, and every step of a build that changed it on the way.

Each node carries its own steps in `history`, so a build that changes nothing pays nothing. A step is a
`Change`: what was done, in words, and the place that ordered it. When a step puts another token in the
place of a value (a patch does), the new node stands where the patch was written and takes the steps of
the old one along; `Change.replaced` says where the old one stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import Change, MappingNode, Node, ScalarNode, SequenceNode

KINDS: Final = {
    "alias": "an alias repeats what an anchor names",
    "annotation": "a kustomization annotates every object",
    "decode": "the base64 of a Secret is decoded",
    "default": "a chart gives the value where the release gives none",
    "generate": "a generator makes the value",
    "hash": "the hash of the content is added to a generated name",
    "image": "a kustomization replaces an image, or a chart puts it together",
    "label": "a kustomization labels every object",
    "name": "a prefix or a suffix is added to the name",
    "namespace": "a namespace is set",
    "patch": "a patch sets or removes the value",
    "reference": "a reference follows the object whose name changed",
    "replacement": "a replacement copies a value from elsewhere",
    "replicas": "a kustomization sets the number of replicas",
    "secret": "a variable that Flux substitutes is set by a Secret",
    "set": "a variable that Flux substitutes is set",
    "substitute": "Flux substitutes a variable",
    "template": "Helm evaluates a template",
    "text": "a chart makes a text of the value",
    "unknown": "the value is known in the cluster only",
    "valuesFrom": "a HelmRelease takes values from a ConfigMap or Secret",
}
"""What `Change.kind` may be, and what it stands for."""

Step = str | int
"""One step of a path into an object: a key, or the index of an item."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The life of one value: `written` is its own token, `changes` the steps, outermost and oldest first.

    A step may have been made to a mapping or list around the value: a whole subtree that a patch adds
    carries it once. `reached` is the part of the path that exists.
    """

    written: Location
    changes: tuple[Change, ...]
    reached: tuple[Step, ...]


def origin_of(root: Node, path: Sequence[Step]) -> Origin:
    """How the value at a path of an object came to be; of its deepest ancestor, where there is none."""
    node, changes, reached = root, list(root.history), []
    for node, step in _walk(root, path):
        changes += node.history
        reached.append(step)
    return Origin(node.location, tuple(dict.fromkeys(changes)), tuple(reached))


def _walk(node: Node, path: Sequence[Step]) -> Iterator[tuple[Node, Step]]:
    for step in path:
        below: Node | None = None
        if isinstance(node, MappingNode):
            below = node.get(str(step))
        elif isinstance(node, SequenceNode) and str(step).isdecimal() and int(step) < len(node.items):
            below = node.items[int(step)]
        if below is None:
            return
        node = below
        yield node, step


def with_history(node: Node, history: tuple[Change, ...]) -> Node:
    """The same node with another history."""
    if isinstance(node, ScalarNode):
        return ScalarNode(node.source, node.start, node.end, node.tag, node.value, node.style, history)
    if isinstance(node, MappingNode):
        return MappingNode(node.source, node.start, node.end, node.tag, node.entries, history)
    if isinstance(node, SequenceNode):
        return SequenceNode(node.source, node.start, node.end, node.tag, node.items, history)
    return node


def replacing(new: Node, old: Node | None, kind: str, message: str, location: Location) -> Node:
    """`new` in the place of `old` (None where there was nothing), with the steps of both."""
    before = old.history if old is not None else ()
    change = Change(kind, message, location, old.location if old is not None else None)
    return with_history(new, (*before, *new.history, change))
