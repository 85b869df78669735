"""What a change did: findings it caused, requirements it breaks and repairs."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from opencode_policy.finding import Change, Finding, Result
from opencode_policy.recognition import known, matched, replaced

OLD = "not caused by this change"

Lines = Mapping[str, Container[int]]
"""Numbers of the changed lines, by path."""


def compared(result: Result, before: Result, changed: Lines, revision: str) -> Result:
    """The result with findings spared that the change neither touched nor caused.

    A finding decides when it stands on a changed line, or when there was none of its meaning before: a
    line elsewhere may have caused it.
    """
    findings = sorted(result.counting, key=lambda item: item.sort_key)
    old, _ = matched(findings, map(known, before.counting))
    untouched = {finding for finding in old if not _touched(finding, changed)}
    marked = replaced(result, lambda item: replace(item, spared=OLD) if item in untouched else item)
    return replace(marked, change=_change(result, before, revision))


def _touched(finding: Finding, changed: Lines) -> bool:
    place = finding.location
    lines = changed.get(place.path, ())
    return any(number in lines for number in range(place.line, place.end_line + 1))


def _change(result: Result, before: Result, revision: str) -> Change:
    now, then = _violated(result), _violated(before)
    repaired = (verdict.id for verdict in result.verdicts if verdict.id in then and verdict.id not in now)
    broken = (verdict.id for verdict in result.verdicts if verdict.id in now and verdict.id not in then)
    return Change(revision, tuple(broken), tuple(repaired))


def _violated(result: Result) -> set[str]:
    return {verdict.id for verdict in result.verdicts if verdict.status == "violated"}
