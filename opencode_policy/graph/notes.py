"""What else is told of an object below its references: timeouts of routes, values of the secret store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.graph.drawing import Key, key_of
from opencode_policy.resource import Resource
from opencode_policy.routing.timeouts import EffectiveTimeouts, Timeout, effective_timeouts
from opencode_policy.secrets.external_secret import KIND, fetches
from opencode_policy.tree import Tree


def notes_of(tree: Tree, chosen: Iterable[Resource]) -> dict[Key, list[str]]:
    """Notes by object."""
    return {key_of(item): found for item in chosen if (found := list(_notes(tree, item)))}


def _notes(tree: Tree, item: Resource) -> Iterator[str]:
    if item.kind == "HTTPRoute":
        for field in item["spec"]["hostnames"] or ():
            yield from _timeouts(tree, item, tree.resolve_variables(field.text))
    if item.kind == KIND:
        for fetch in fetches(item):
            yield f"-> fetches {fetch.name} as {fetch.key}"


def _timeouts(tree: Tree, route: Resource, host: str) -> Iterator[str]:
    """One line for each listener and distinct set of limits, as most routes have one."""
    seen = set()
    for found in effective_timeouts(tree, route, host):
        where = f" behind {found.listener.name}" if found.listener else ""
        words = f"timeouts of {host}{where}: {_limits(found)}"
        if words not in seen:
            seen.add(words)
            yield words


def _limits(found: EffectiveTimeouts) -> str:
    limits = (found.request, found.stream_idle, found.connection_idle, found.max_connection, found.max_stream)
    follows = "default" if found.request.is_default else "follows from requestTimeout"
    return ", ".join(_limit(item, follows if item is found.stream_idle else "default") for item in limits)


def _limit(timeout: Timeout, otherwise: str) -> str:
    """A limit and where it comes from: the line that sets it, or `otherwise`."""
    if timeout.duration is None:
        value = "no duration" if timeout.is_malformed else "not known"
    else:
        value = str(timeout.duration) if timeout.duration else "none"
    at = timeout.at.location if timeout.at is not None else None
    why = (
        f" ({at.path.rpartition('/')[2]}:{at.line})"
        if at
        else f" ({otherwise})"
        if timeout.is_default
        else ""
    )
    return f"{timeout.name} {value}{why}"
