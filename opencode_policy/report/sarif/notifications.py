"""What the run says of itself: what was not checked, which rules raised, what the log leaves out."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.finding import Gap, RuleFailure
from opencode_policy.report.sarif.identity import guid
from opencode_policy.report.sarif.places import physical
from opencode_policy.report.sarif.types import Descriptor, DescriptorReference, Level, Notification
from opencode_policy.report.view import View
from opencode_policy.report.words import clipped, counted, listed, sentence

TEXT = 1000
"""Longest message, in UTF-16 units; GitLab drops what is much longer."""


def _descriptor(name: str, title: str, short: str, text: str, level: Level) -> Descriptor:
    return {
        "id": name,
        "guid": guid("notification", name),
        "name": title,
        "shortDescription": {"text": short},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": level},
    }


DESCRIPTORS: tuple[Descriptor, ...] = (
    _descriptor(
        "not-checked",
        "NotChecked",
        "Something was not checked.",
        "A file or an object could not be judged. The requirements it belongs to stay open.",
        "warning",
    ),
    _descriptor(
        "rule-failed",
        "RuleFailed",
        "A rule raised.",
        "A rule stopped on an error of its own. Nothing it decides counts as checked.",
        "error",
    ),
    _descriptor(
        "results-left-out",
        "ResultsLeftOut",
        "The log does not hold every result.",
        "Consumers reject a run with too many results. The gravest ones are kept.",
        "warning",
    ),
    _descriptor(
        "details-left-out",
        "DetailsLeftOut",
        "The log does not hold every detail of its results.",
        "Consumers limit how much a log may hold. Snippets and related locations are left out first.",
        "note",
    ),
)
_INDEX = {item["id"]: index for index, item in enumerate(DESCRIPTORS)}


def gap(view: View, item: Gap, rules: Mapping[str, int]) -> Notification:
    """Something that was not checked."""
    tags = f" Requirements: {listed(item.requirements)}." if item.requirements else ""
    found = _notification("not-checked", "warning", sentence(item.reason) + tags)
    if item.rule is not None and item.rule in rules:
        found["associatedRule"] = _rule(item.rule, rules)
    if item.location is not None:
        found["locations"] = [{"physicalLocation": physical(view, item.location)}]
    return found


def failure(item: RuleFailure, rules: Mapping[str, int]) -> Notification:
    """A rule that raised."""
    text = f"The rule '{item.rule}' raised on {item.subject}: {item.error}"
    found = _notification("rule-failed", "error", sentence(text))
    if item.rule in rules:
        found["associatedRule"] = _rule(item.rule, rules)
    return found


def left_out(number: int) -> Notification:
    """Results that the log has no room for."""
    return _notification("results-left-out", "warning", f"The log leaves out {counted(number, 'result')}.")


def details_left_out(what: str) -> Notification:
    """Parts of results that the log has no room for."""
    return _notification("details-left-out", "note", sentence(f"The log leaves out {what}"))


def _rule(name: str, rules: Mapping[str, int]) -> DescriptorReference:
    return {"id": name, "index": rules[name]}


def _notification(name: str, level: Level, text: str) -> Notification:
    return {
        "descriptor": {"id": name, "index": _INDEX[name]},
        "level": level,
        "message": {"text": clipped(text, TEXT)},
    }
