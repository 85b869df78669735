"""The order in which the chart puts what depends on each other: Kahn's algorithm, names in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from opencode_policy.helm.app_template.context import Context
from opencode_policy.resource import Field


def ordered(context: Context, items: Mapping[str, Field], what: str) -> list[str]:
    """Names of items so that each comes behind those it depends on; `what` they are is for messages."""
    waits = {name: set(_dependencies(context, name, item, items, what)) for name, item in items.items()}
    done: list[str] = []
    while waits:
        free = next((name for name in sorted(waits) if not waits[name]), None)
        if free is None:
            _cyclic(context, items, sorted(waits), what)
            return [*done, *sorted(waits)]
        del waits[free]
        done.append(free)
        for others in waits.values():
            others.discard(free)
    return done


def _dependencies(
    context: Context, name: str, item: Field, items: Mapping[str, Field], what: str
) -> Iterator[str]:
    """What an item depends on; a name that leads nowhere is a mistake."""
    for at in _named(item["dependsOn"]):
        if at.text in items:
            yield at.text
        else:
            context.mistake(f"the {what} {name} depends on '{at.text}', which does not exist", at)


def _named(field: Field) -> Iterable[Field]:
    """One name or a list of them."""
    return list(field) if field.is_list else [field] if field.text else []


def _cyclic(context: Context, items: Mapping[str, Field], names: list[str], what: str) -> None:
    words = f"the {what}s {', '.join(names)} wait for each other"
    context.mistake(words, items[names[0]]["dependsOn"])
