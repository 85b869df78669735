"""Outcomes that speak of the roles of a workspace's secrets, each of which has a requirement of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Place, Problem, location_of
from opencode_policy.secrets.flow import REQUIREMENTS


@dataclass(frozen=True, slots=True)
class RoleProblem:
    """Something wrong with the secret of one role."""

    role: str
    message: str
    at: Place


def problems(found: Iterable[RoleProblem]) -> Iterator[Problem]:
    """One problem for each place and message.

    What is wrong with all roles at once names no requirement, so that it speaks of all those of its rule;
    otherwise there is a problem for each role.
    """
    groups: dict[tuple[object, str], list[RoleProblem]] = {}
    for item in found:
        groups.setdefault((location_of(item.at), item.message), []).append(item)
    for same in groups.values():
        roles = dict.fromkeys(item.role for item in same)
        everything = set(roles) == set(REQUIREMENTS)
        for requirement in (None,) if everything else (REQUIREMENTS[role] for role in roles):
            yield Problem(same[0].message, same[0].at, requirement=requirement)
