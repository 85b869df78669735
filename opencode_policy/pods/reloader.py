"""When Reloader restarts a workload because a Secret has changed (Reloader v1, internal/pkg handlers).

Annotations of the workload ask for it: for all Secrets that its pod uses (`auto`), for named ones (`reload`,
a list of regular expressions), or for those that are marked (`search`, with `match` on the Secret). A Secret
marked `ignore`, or excluded by name, restarts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.external_secret import KIND as EXTERNAL_SECRET
from opencode_policy.secrets.producers import ProducedSecret

AUTO = ("reloader.stakater.com/auto", "secret.reloader.stakater.com/auto")
NAMED = "secret.reloader.stakater.com/reload"
SEARCH, MATCH = "reloader.stakater.com/search", "reloader.stakater.com/match"
EXCLUDE, IGNORE = "secrets.exclude.reloader.stakater.com/reload", "reloader.stakater.com/ignore"
ASKING = (*AUTO, NAMED, SEARCH)
"""Annotations of a workload by which it asks for restarts."""

KINDS = frozenset({"CronJob", "DaemonSet", "Deployment", "Job", "Rollout", "StatefulSet"})
"""Workloads that Reloader can restart."""

_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
"""What Go's strconv.ParseBool takes for true."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A workload and a Secret; `used` tells whether the pod refers to it."""

    workload: Resource
    secret: ProducedSecret
    used: bool

    @property
    def annotations(self) -> Field:
        return self.workload["metadata"]["annotations"]

    def restarting(self) -> Field | None:
        """The annotation by which a change of the Secret restarts the workload."""
        for name in AUTO:
            if self.used and self.annotations[name].text in _TRUE:
                return self.annotations[name]
        if self.names_it():
            return self.annotations[NAMED]
        marked = _annotation(self.secret, MATCH).text == "true"
        is_searched = marked and self.used and self.annotations[SEARCH].text == "true"
        return self.annotations[SEARCH] if is_searched else None

    def names_it(self) -> bool:
        """Whether the list of names has the Secret; each name is a regular expression for all of it."""
        names = self.annotations[NAMED].text.split(",")
        return any(_matches(name.strip(), self.secret.name) for name in names)

    def stopping(self) -> Iterator[Field]:
        """What keeps a change from restarting anything, whatever else is asked for."""
        ignored = _annotation(self.secret, IGNORE)
        if ignored.text == "true":
            yield ignored
        excluded = self.annotations[EXCLUDE]
        if self.secret.name in (name.strip() for name in excluded.text.split(",")):
            yield excluded


def _annotation(secret: ProducedSecret, name: str) -> Field:
    """An annotation of a Secret; without a template External Secrets copies those of its own object."""
    origin = secret.origin
    if origin is None:
        raise ValueError("a Secret of the inventory has no annotations to look at")
    template = origin["spec"]["target"]["template"]
    if origin.kind == EXTERNAL_SECRET and template:
        return template["metadata"]["annotations"][name]
    return origin["metadata"]["annotations"][name]


def _matches(pattern: str, name: str) -> bool:
    try:
        return bool(pattern) and re.fullmatch(pattern, name) is not None
    except re.error:
        return False
