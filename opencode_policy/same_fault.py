"""One finding for several subjects that share a fault at one place, as they do behind a YAML alias."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a subject: `words` are the same for all that share it."""

    subject: str
    words: str
    at: Field


def shared(faults: Iterable[Fault]) -> list[list[Fault]]:
    """The faults in groups with the same words at the same place, in the order in which they come."""
    groups: dict[tuple[object, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.at.location, fault.words), []).append(fault)
    return list(groups.values())


def subjects(group: Sequence[Fault]) -> str:
    """Their names as a sentence has them: `a, b and c`."""
    return listed([fault.subject for fault in group])


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
