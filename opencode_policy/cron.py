"""Cron schedules as VolSync takes them.

The API server matches a pattern (digits, lists, ranges and steps alone, no names), then the operator reads
five fields (volsync v0.15 api/v1alpha1, controllers/statemachine; robfig/cron v3). Both must be content.
"""

from __future__ import annotations

import re

_DESCRIPTORS = frozenset({"@annually", "@daily", "@hourly", "@monthly", "@weekly", "@yearly"})
_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 6),
)
_FIELD = re.compile(
    r"\*(?:/(?P<every>\d+))?|(?P<from>\d+)(?P<how>[-/])(?P<to>\d+)|(?P<list>\d+(?:,\d+)*)", re.A
)


def mistake_in(schedule: str) -> str:
    """Why a schedule never runs; empty when it does."""
    text = schedule.strip()
    if text.startswith("@"):
        known = ", ".join(sorted(_DESCRIPTORS))
        return "" if text in _DESCRIPTORS else f"'{text}' is none of {known}"
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"it has {len(fields)} fields instead of {len(_FIELDS)}"
    found = (_mistake(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True))
    return next((words for words in found if words), "")


def _mistake(field: str, name: str, low: int, high: int) -> str:
    match = _FIELD.fullmatch(field)
    if match is None:
        return f"the {name} '{field}' is no number, list, range, step or *"
    if match["every"] is not None:
        return f"the {name} '{field}' has a step of 0" if int(match["every"]) == 0 else ""
    numbers = [int(number) for number in re.findall(r"\d+", field)]
    if match["how"] == "/" and numbers.pop() == 0:
        return f"the {name} '{field}' has a step of 0"
    if match["how"] == "-" and numbers[0] > numbers[1]:
        return f"the {name} '{field}' runs backwards"
    if not all(low <= number <= high for number in numbers):
        return f"the {name} '{field}' is outside {low} to {high}"
    return ""
