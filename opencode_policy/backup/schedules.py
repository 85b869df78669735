"""When VolSync acts, whether it acts at all, and how many backups it keeps."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.backup.backups import MOVERS, RESTIC, restic
from opencode_policy.cron import mistake_in
from opencode_policy.flux.trees import reached
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree

_COUNTS = frozenset({"daily", "hourly", "monthly", "weekly", "yearly"})
_TEXTS = frozenset({"last", "within"})
"""Fields of `retain`; those of `_TEXTS` are texts, even `last: "3"`."""


def run_problems(tree: Tree, item: Resource, claim: Resource) -> Iterator[Problem]:
    """Whether VolSync gets the object when it gets the claim, acts on it, and with restic."""
    what, paused = f"the {item.kind} {item.name}", item["spec"]["paused"]
    if item.applied_by != claim.applied_by and item.applied_by not in reached(tree):
        yield Problem(f"no Flux Kustomization applies {what}", item["metadata"]["name"])
    if paused and paused.value is not False:
        yield Problem(f"{what} is paused", paused)
    others = [name for name in MOVERS if item["spec"][name].exists and name != RESTIC]
    for name in others:
        words = "and restic" if restic(item) else "instead of restic"
        yield Problem(f"{what} uses {name} {words}", item["spec"][name])
    if not restic(item) and not others:
        yield Problem(f"{what} has no settings for restic", item["spec"][RESTIC])


def schedule_outcomes(source: Resource) -> Iterator[Outcome]:
    """A trigger by which no backup is made, or one that is made without end."""
    trigger = source["spec"]["trigger"]
    schedule, manual = trigger["schedule"], trigger["manual"]
    if manual.text:
        yield Problem("a manual trigger switches the schedule off", manual)
    elif not schedule.text:
        yield Problem(f"{source.name} has no schedule: it is backed up over and over", schedule)
    elif "${" in schedule.text:
        yield Unknown(f"the schedule of {source.name} holds a variable of unknown value", schedule)
    elif mistake := mistake_in(schedule.text):
        yield Problem(f"the schedule never runs: {mistake}", schedule)


def retention_problems(source: Resource) -> Iterator[Problem]:
    """How many backups stay: without a number it is one (controllers/mover/restic)."""
    retain = restic(source)["retain"]
    if not any(True for _ in retain.entries()):
        yield Problem("without retain VolSync keeps the latest backup only", retain)
    for name, field in retain.entries():
        if name not in _COUNTS | _TEXTS:
            place = field.key_location
            yield Problem(
                f"retain has no field '{name}'{hint(name, sorted(_COUNTS | _TEXTS), cutoff=0.6)}", place
            )
        elif name in _TEXTS and not isinstance(field.value, str):
            yield Problem(f"retain.{name} must be a text in quotes", field)
        elif name in _COUNTS and not _is_count(field.value):
            yield Problem(f"retain.{name} must be a number above 0", field)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
