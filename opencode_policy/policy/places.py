"""From a path of keys and indices to the place in a policy file."""

from __future__ import annotations

from collections.abc import Sequence

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.policy.mistakes import LONGEST_ECHO

Step = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """The deepest node that exists on a path: its key, if it has one, and the steps that led to it."""

    node: Node
    key: ScalarNode | None
    path: tuple[Step, ...]

    @property
    def location(self) -> Location:
        """Where the value stands; an empty value stands where its key does."""
        empty = isinstance(self.node, ScalarNode) and not self.node.value and self.node.plain
        return self.key.location if empty and self.key else self.node.location

    @property
    def key_location(self) -> Location:
        """Where the key stands; an item of a list has no key but itself."""
        return self.key.location if self.key else self.location


def place_of(root: Node, path: Sequence[Step]) -> Place:
    """Follow a path as far as it exists.

    Steps that lead nowhere are passed over: they name a missing key, or a member of a union.
    """
    place = Place(root, None, ())
    for step in path:
        place = _below(place, step) or place
    return place


def _below(place: Place, step: Step) -> Place | None:
    node = place.node
    if isinstance(node, MappingNode) and isinstance(step, str) and step in node.entries:
        key, value = node.entries[step]
        return Place(value, key, (*place.path, step))
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
        return Place(node.items[step], None, (*place.path, step))
    return None


def dotted(path: Sequence[Step]) -> str:
    """A path as people write it: `workspaces[1].host`; a key too long to be one is left out."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_shortened(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def _shortened(key: str) -> str:
    return key if len(key) <= LONGEST_ECHO and key.isprintable() else "…"
