"""What a rule says of edges: problems, one proof for all that lead somewhere, and what stays open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from opencode_policy.concern import REQUIREMENT_OF
from opencode_policy.graph.model import Edge
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree

OF_ALL = REQUIREMENT_OF["references"]
"""What stays open outside the workspaces is owed to no requirement on them."""


def of_workspaces(tree: Tree) -> Callable[[Resource], bool]:
    """Whether a workspace of the policy applies an object: stricter rules judge what it refers to."""
    own = {id(resource) for workspace in tree.workspaces for resource in workspace.resources}
    return lambda resource: id(resource) in own


def judged(edges: Iterable[Edge], *, what: str, none: str) -> Iterator[Outcome]:
    """Outcomes for edges; `what` names them in the plural, `none` says why there was nothing to judge."""
    found, problems = list(edges), 0
    unknown: dict[str, list[Edge]] = {}
    held: list[Edge] = []
    for edge in found:
        if edge.is_problem:
            problems += 1
            yield Problem(edge.message, edge.at, severity=_lighter(edge))
        elif edge.state == "open" and not edge.reference.optional:
            unknown.setdefault(edge.message, []).append(edge)
        elif edge.state != "missing":
            held.append(edge)
    yield from _unknown(unknown)
    if held and not problems:
        yield Proof(f"{each(len(held), what)} leads somewhere", held[0].at)
    if not found or not (held or problems or unknown):
        yield Irrelevant(none)


def _lighter(edge: Edge) -> str | None:
    return None if edge.severity == "error" else edge.severity


def _unknown(found: dict[str, list[Edge]]) -> Iterator[Unknown]:
    """One for each reason, at the first reference that has it."""
    for reason, edges in found.items():
        count = f" ({len(edges)} references)" if len(edges) > 1 else ""
        first = edges[0]
        words = f"{first.source.kind} {first.source.name} {first.relation} {first.reference.target}: {reason}"
        yield Unknown(f"{words}{count}", first.at, requirement=OF_ALL)


def each(count: int, plural: str) -> str:
    """`each of the 3 routes`, or what one says of a single one."""
    return f"each of the {count} {plural}" if count > 1 else f"the only one of the {plural}"
