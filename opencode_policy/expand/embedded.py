"""YAML written inside a scalar of another file (an inline patch), with places in that file."""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode
from opencode_policy.parse import Parsed, parse
from opencode_policy.scalar_map import locate
from opencode_policy.source import Source


@dataclass(eq=False, slots=True)
class EmbeddedSource(Source):
    """The text of a scalar as a source of its own; regions of it are regions of the file around it."""

    holder: ScalarNode | None = None

    def location(self, start: int, end: int) -> Location:
        """Region of the file that holds a region of the scalar's value."""
        if self.holder is None:
            return Source.location(self, start, end)
        return locate(self.holder, start, end)


def parse_scalar(node: ScalarNode) -> Parsed:
    """The documents written in a scalar."""
    return parse(EmbeddedSource(node.source.path, node.value, holder=node))
