"""The policy of a repository that has none: what holds for everyone, and no inventory of a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from opencode_policy.concern import REQUIREMENT_OF, TITLES, Concern
from opencode_policy.lean import replace
from opencode_policy.policy.model import ClusterFile, Policy, PolicyFile, Requirement, Scope

MILESTONE = "any repository"
WHOLE_REPOSITORY = "."
_FLUX = "2.7"
"""Flux release whose behaviour is assumed: the last one that replaces undefined variables by nothing."""
_REASON = "There is no inventory of the cluster: what only the cluster has is taken to exist."


class HasConcern(Protocol):
    """What must be known of a rule; a rule class has it."""

    @property
    def concern(self) -> Concern | None:
        """What it is about if it holds for every repository."""


def general_policy(rules: Mapping[str, HasConcern]) -> Policy:
    """A policy of those rules that have a concern; the others wait for a policy that sets them."""
    settings = PolicyFile(version=1, scope=Scope(manifests=WHOLE_REPOSITORY), workspaces=())
    cluster = ClusterFile(version=1, flux_version=_FLUX)
    return Policy(requirements=tuple(_requirements(rules)), settings=settings, cluster=cluster, general=True)


def _requirements(rules: Mapping[str, HasConcern]) -> Iterator[Requirement]:
    for concern, identity in REQUIREMENT_OF.items():
        yield Requirement(
            id=identity,
            title=TITLES[concern],
            milestone=MILESTONE,
            verified_by=("static",),
            rules=tuple(name for name, rule in rules.items() if rule.concern == concern),
            reason=_REASON if concern == "references" else "",
        )


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?![A-Za-z0-9_]|:?[-=])")
"""A use of a variable without a default."""


def with_variables(policy: Policy, texts: Iterable[str]) -> Policy:
    """The policy with every variable that the files take without a default, none of known value.

    Expansion then leaves it as it stands, and what is made of it counts as unknown instead of as empty.
    """
    names = {name for text in texts if "${" in text for name in _VARIABLE.findall(text)}
    cluster = replace(policy.cluster, unknown_variables=tuple(sorted(names)))
    return replace(policy, cluster=cluster)


def waiting(rules: Mapping[str, HasConcern]) -> list[str]:
    """Rules that say nothing without a policy."""
    return [name for name, rule in rules.items() if rule.concern is None]
