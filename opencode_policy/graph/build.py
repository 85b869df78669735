"""All references of a tree, followed: the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

from opencode_policy.graph import flux, ports, routing, selection, workloads
from opencode_policy.graph.index import Index, index_of
from opencode_policy.graph.model import Edge
from opencode_policy.graph.named import PATTERNS
from opencode_policy.graph.outside import Outside
from opencode_policy.graph.pattern import matches
from opencode_policy.graph.resolve import resolve
from opencode_policy.lean import dataclass
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree


@dataclass(eq=False)
class Graph:
    """Every edge of a tree, in the order of its objects; worked out when first asked for."""

    tree: Tree
    index: Index

    @cached_property
    def outside(self) -> Outside:
        return Outside(self.index)

    @cached_property
    def named(self) -> list[Edge]:
        """References by name: the target exists or it does not."""
        found = []
        for resource in self.applied:
            references = [
                *workloads.references(resource),
                *matches(resource, PATTERNS.get((resource.id.group, resource.kind), ())),
            ]
            found += [resolve(self.index, self.outside, reference) for reference in references]
        return found

    @cached_property
    def selecting(self) -> list[Edge]:
        """What selectors choose."""
        return list(selection.edges(self.index, self.outside, self.applied))

    @cached_property
    def ports(self) -> list[Edge]:
        """Named ports that Services and monitors expect of what they select."""
        return list(ports.target_edges(self.index, self.applied))

    @cached_property
    def routing(self) -> list[Edge]:
        """Routes to listeners and Services, listeners to certificates, policies to what they attach to."""
        return list(routing.edges(self.index, self.outside, self.applied))

    @cached_property
    def flux(self) -> list[Edge]:
        """What Flux objects apply, read, wait for and watch."""
        return list(flux.edges(self.index, self.outside, self.applied))

    @cached_property
    def applied(self) -> list[Resource]:
        """Objects that something applies; of the others nobody knows where they go."""
        return [item for item in self.tree.resources if self.tree.applies(item)]

    @property
    def edges(self) -> Iterator[Edge]:
        """Every edge there is."""
        parts: Sequence[Callable[[], Sequence[Edge]]] = (
            lambda: self.flux,
            lambda: self.routing,
            lambda: self.selecting,
            lambda: self.ports,
            lambda: self.named,
        )
        for part in parts:
            yield from part()


_GRAPHS: WeakKeyDictionary[Tree, Graph] = WeakKeyDictionary()


def graph_of(tree: Tree) -> Graph:
    """The graph of a tree; made once."""
    found = _GRAPHS.get(tree)
    if found is None:
        found = _GRAPHS[tree] = Graph(tree, index_of(tree))
    return found
