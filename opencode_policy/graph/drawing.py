"""The part of a graph that is drawn: what applies what, what refers to what, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.graph.build import graph_of
from opencode_policy.graph.model import Edge, State
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Problem, resource_of
from opencode_policy.resource import Resource
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree

Key = tuple[str, str, str]
"""Kind, namespace and name of an object."""


@dataclass(frozen=True, slots=True)
class Node:
    """An object as it is drawn. `state` is `own` for a part that was asked for, else as in an edge.

    `place` is the file and line of an object of the tree, else empty; `problems` are what rules say of it.
    """

    key: Key
    state: State | str
    place: str = ""
    group: str = ""
    problems: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        kind, namespace, name = self.key
        return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


@dataclass(frozen=True, slots=True)
class Line:
    """A reference as it is drawn: all parts (keys, ports) of one target together."""

    source: Key
    relation: str
    target: Key
    state: State | str
    parts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A Flux Kustomization with what it applies; `title` is empty for what nothing applies."""

    name: str
    title: str
    by: str = ""
    place: str = ""
    objects: tuple[Key, ...] = ()


@dataclass(slots=True)
class Drawing:
    """What is drawn, in the order of the tree."""

    groups: list[Group] = field(default_factory=list)
    nodes: dict[Key, Node] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def key_of(resource: Resource) -> Key:
    """Key of an object."""
    return resource.kind, resource.namespace, resource.name


def draw(tree: Tree, chosen: Sequence[Resource], problems: Iterable[Problem] = ()) -> Drawing:
    """Draw some objects of a tree with everything that they refer to and that refers to them."""
    drawing = Drawing()
    wrong = _by_object(problems)
    own = {id(item) for item in chosen}
    for item in chosen:
        drawing.nodes[key_of(item)] = _node(item, "own", wrong)
    drawing.groups += _groups(tree, own)
    merged: dict[tuple[Key, str, Key], Line] = {}
    for edge in graph_of(tree).edges:
        near = id(edge.source) in own or (edge.target is not None and id(edge.target) in own)
        if near and edge.state in ("found", "listed", "ambiguous", "missing", "open"):
            _add(drawing, merged, edge, wrong)
    _add_made(drawing, merged, tree, own)
    drawing.lines += merged.values()
    return drawing


def _add_made(drawing: Drawing, merged: dict[tuple[Key, str, Key], Line], tree: Tree, own: set[int]) -> None:
    """Secrets that drawn objects make, whoever uses them."""
    for makers in flow_of(tree).all_makers():
        for maker in makers:
            target = ("Secret", maker.namespace, maker.name)
            if maker.origin is not None and id(maker.origin) in own and key_of(maker.origin) != target:
                drawing.nodes.setdefault(target, Node(target, "found"))
                _merge(merged, Line(key_of(maker.origin), "makes", target, "found"))


def _by_object(problems: Iterable[Problem]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for problem in problems:
        resource = resource_of(problem.at)
        if resource is not None:
            found.setdefault(id(resource), []).append(problem.message)
    return found


def _node(item: Resource, state: str, wrong: Mapping[int, list[str]]) -> Node:
    at = item["metadata"]["name"].location
    problems = tuple(dict.fromkeys(wrong.get(id(item), ())))
    return Node(key_of(item), state, f"{at.path}:{at.line}", item.applied_by or "", problems)


def _groups(tree: Tree, own: set[int]) -> Iterator[Group]:
    """Kustomizations that apply something of the drawing, then what nothing applies."""
    seen: set[int] = set()
    for build in tree.builds:
        objects = [item for item in build.resources if id(item) in own]
        seen |= {id(item) for item in objects}
        if objects:
            yield _group(build, objects)
    left = [item for item in tree.resources if id(item) in own and id(item) not in seen]
    if left:
        yield Group("", "", objects=tuple(key_of(item) for item in left))


def _group(build: FluxBuild, objects: list[Resource]) -> Group:
    place, by = "in the inventory", build.parent or ""
    if build.resource is not None:
        at = build.resource["metadata"]["name"].location
        place = f"{at.path}:{at.line}"
    title = f"Kustomization {build.namespace}/{build.name}"
    return Group(build.name, title, by, place, tuple(key_of(item) for item in objects))


def _add(
    drawing: Drawing, merged: dict[tuple[Key, str, Key], Line], edge: Edge, wrong: Mapping[int, list[str]]
) -> None:
    reference = edge.reference
    source, target = key_of(edge.source), (reference.kind, reference.namespace, reference.name)
    relation = edge.relation
    if reference.kind == "Pod" and edge.target is not None:  # pods have no name before they run
        relation, target = f"{relation} the pods of", key_of(edge.target)
    drawing.nodes.setdefault(source, _node(edge.source, "found", wrong))
    state = _state(edge)
    made_by = edge.target if edge.target is not None and key_of(edge.target) != target else None
    if edge.target is not None and made_by is None:
        drawing.nodes.setdefault(target, _node(edge.target, "found", wrong))
    there = edge.target is not None or (edge.state == "missing" and bool(reference.part))
    drawing.nodes.setdefault(target, Node(target, "listed" if there else state))
    if made_by is not None:
        _merge(merged, Line(key_of(made_by), "makes", target, "found"))
        drawing.nodes.setdefault(key_of(made_by), _node(made_by, "found", wrong))
    parts = (reference.part,) if reference.part else ()
    words = (edge.message,) if edge.message else ()
    _merge(merged, Line(source, relation, target, state, parts, words))


def _state(edge: Edge) -> str:
    """A missing part or optional target is drawn as what it is."""
    return "optional" if edge.state == "missing" and edge.reference.optional else edge.state


_GRAVEST = ("missing", "ambiguous", "open", "optional", "found", "listed")


def _merge(merged: dict[tuple[Key, str, Key], Line], line: Line) -> None:
    """Put the parts of one target together; the gravest state counts."""
    key = (line.source, line.relation, line.target)
    other = merged.get(key)
    if other is None:
        merged[key] = line
        return
    state = min(other.state, line.state, key=_GRAVEST.index)
    parts = tuple(dict.fromkeys((*other.parts, *line.parts)))
    words = tuple(dict.fromkeys((*other.words, *line.words)))
    merged[key] = Line(line.source, line.relation, line.target, state, parts, words)
