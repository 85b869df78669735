"""Which Flux object waits for which: `dependsOn` of Kustomizations and of HelmReleases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.flux.trees import flux_kustomizations
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

Key = tuple[str, str]
"""Namespace and name."""

_HELM_GROUP = "helm.toolkit.fluxcd.io"


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of a `dependsOn`: who waits, for whom, and the field that says so."""

    waiting: Key
    target: Key
    field: Field


@dataclass(frozen=True, slots=True)
class Graph:
    """All dependencies among the objects of a kind, and every object there is of it.

    `malformed` are fields `dependsOn` that hold something other than a list.
    """

    kind: str
    known: frozenset[Key]
    edges: tuple[Dependency, ...]
    malformed: tuple[Field, ...] = ()


def kustomization_graph(tree: Tree) -> Graph:
    """Flux Kustomizations of tree and inventory."""
    written = list(flux_kustomizations(tree))
    listed = {(item.namespace, item.name) for item in tree.cluster.kustomizations}
    return _graph("Kustomization", written, listed)


def helm_graph(tree: Tree) -> Graph:
    """HelmReleases that the tree applies, and those of the inventory."""
    found = (item for item in tree.of_kind("HelmRelease") if item.id.group == _HELM_GROUP)
    listed = {(o.namespace or "", o.name) for o in tree.cluster.objects if o.kind == "HelmRelease"}
    return _graph("HelmRelease", [item for item in found if item.applied_by is not None], listed)


def _graph(kind: str, written: list[Resource], listed: set[Key]) -> Graph:
    known = frozenset(listed | {(item.namespace, item.name) for item in written})
    waiting = [item["spec"]["dependsOn"] for item in written]
    malformed = tuple(field for field in waiting if field and not field.is_list)
    return Graph(kind, known, tuple(_edges(written)), malformed)


def _edges(written: Iterable[Resource]) -> Iterator[Dependency]:
    for item in written:
        for entry in item["spec"]["dependsOn"]:
            namespace = entry["namespace"].text or item.namespace
            name = entry["name"]
            yield Dependency((item.namespace, item.name), (namespace, name.text), name if name else entry)


def cycles(graph: Graph) -> list[list[Dependency]]:
    """Every way from an object back to itself that a depth-first walk finds, each circle once.

    A circle begins at the object that comes first in the tree.
    """
    below: dict[Key, list[Dependency]] = {}
    for edge in graph.edges:
        below.setdefault(edge.waiting, []).append(edge)
    done: set[Key] = set()
    found: list[list[Dependency]] = []
    for start in below:
        found += _walk(start, below, done)
    return found


def _walk(start: Key, below: dict[Key, list[Dependency]], done: set[Key]) -> Iterator[list[Dependency]]:
    """Walk with a stack of its own: a chain of dependencies may be longer than Python's."""
    path: list[Dependency] = []
    on_path = {start}
    stack = [iter(below.get(start, ()) if start not in done else ())]
    while stack:
        edge = next(stack[-1], None)
        if edge is None:
            stack.pop()
            left = path.pop().target if path else start
            done.add(left)
            on_path.discard(left)
        elif edge.target in on_path:
            yield _circle([*path, edge], edge.target)
        elif edge.target not in done:
            path.append(edge)
            on_path.add(edge.target)
            stack.append(iter(below.get(edge.target, ())))


def _circle(path: list[Dependency], target: Key) -> list[Dependency]:
    """The part of a path that leads from an object back to it."""
    begin = next(index for index, edge in enumerate(path) if edge.waiting == target)
    return path[begin:]
