"""The order in which the chart puts what depends on each other: Kahn's algorithm, names in order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from opencode_policy.helm.app_template.context import Context
from opencode_policy.resource import Field


def ordered(context: Context, items: Mapping[str, Field], what: str) -> list[str]:
    """Names of items so that each comes behind those it depends on; `what` they are is for messages."""
    waits = {name: set(_dependencies(context, name, item, items, what)) for name, item in items.items()}
    waiting: dict[str, list[str]] = {}
    for name, dependencies in waits.items():
        for other in dependencies:
            waiting.setdefault(other, []).append(name)
    free = sorted(name for name in waits if not waits[name])
    done: list[str] = []
    while free:
        done.append(heapq.heappop(free))
        for name in waiting.get(done[-1], ()):
            waits[name].discard(done[-1])
            if not waits[name]:
                heapq.heappush(free, name)
    left = sorted(name for name in waits if waits[name])
    if left:
        words = f"the {what}s {', '.join(left)} wait for each other"
        context.mistake(words, items[left[0]]["dependsOn"])
    return [*done, *left]


def _dependencies(
    context: Context, name: str, item: Field, items: Mapping[str, Field], what: str
) -> Iterator[str]:
    """What an item depends on; a name that leads nowhere is a mistake."""
    field = item["dependsOn"]
    for at in list(field) if field.is_list else [field]:
        if at.text in items:
            yield at.text
        elif at.text:
            context.mistake(f"the {what} {name} depends on '{at.text}', which does not exist", at)
