"""The parts of the text report that stand below the findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from opencode_policy.finding import Gap, Result, Suppression, Verdict
from opencode_policy.report.style import Style
from opencode_policy.report.table import Cell, cell, table
from opencode_policy.report.visible import visible
from opencode_policy.report.words import listed

Lines = list[str]
_FIRST = (24,)
"""Widest the column of requirement IDs gets."""


def failures(result: Result, style: Style, width: int) -> Lines:
    """Rules that raised; their verdicts are open, and the tool is to blame."""
    rows = [
        (cell(item.rule, "red"), cell(f"raised on {item.subject}: {item.error}")) for item in result.failures
    ]
    return _section("Rules that failed", rows, style, width)


def suppressed(result: Result, style: Style, width: int) -> Lines:
    """Findings that are waived, with the reason."""
    rows = [
        (cell(item.rule, "dim"), Cell((f"{item.location} {item.message}", _waived(waiver))))
        for item in result.findings
        if (waiver := item.suppressed) is not None
    ]
    return _section("Suppressed", rows, style, width)


def _waived(waiver: Suppression) -> str:
    """The reason, and where it stands unless that is a comment beside the finding."""
    details = "".join(f", {name} {words}" for name, words in waiver.details)
    where = "" if waiver.by == "comment" else f" ({waiver.by} at {waiver.location}{details})"
    return f"waived: {waiver.reason}{where}"


def satisfied(result: Result, style: Style, width: int) -> Lines:
    """Requirements that hold, and the lines that show it."""
    rows = [(cell(item.id, "green"), Cell(_evidence(item), hang=2)) for item in _with(result, "satisfied")]
    return _section("Satisfied", rows, style, width)


def _evidence(verdict: Verdict) -> tuple[str, ...]:
    proofs = (f"{item.location} {item.message} [{item.rule}]" for item in verdict.evidence)
    return (verdict.title, *proofs)


def not_checked(result: Result, style: Style, width: int) -> Lines:
    """Requirements that stay open and everything that was not looked at, by reason."""
    open_ids: dict[str, list[str]] = {}
    for verdict in _with(result, "not-checked"):
        open_ids.setdefault(verdict.reason, []).append(verdict.id)
    rows = [(cell(listed(ids), "yellow"), cell(reason)) for reason, ids in open_ids.items()]
    gaps = (gap for gap in result.gaps if not _is_said(gap, open_ids))
    rows += [(cell(_subject(gap), "yellow"), cell(_gap(gap))) for gap in gaps]
    return _section("Not checked", rows, style, width)


def _is_said(gap: Gap, open_ids: Mapping[str, Sequence[str]]) -> bool:
    """Whether the requirements of a gap give its reason already, and it has no place to add."""
    ids = open_ids.get(gap.reason, ())
    return bool(gap.requirements) and gap.location is None and set(gap.requirements) <= set(ids)


def _subject(gap: Gap) -> str:
    return listed(gap.requirements) or gap.rule or "-"


def _gap(gap: Gap) -> str:
    place = f"{gap.location} " if gap.location else ""
    rule = f" [{gap.rule}]" if gap.rule and gap.requirements else ""
    return f"{place}{gap.reason}{rule}"


def change(result: Result, style: Style, width: int) -> Lines:
    """Requirements that the change at hand breaks and repairs."""
    if result.change is None:
        return []
    broken, repaired = (listed(ids) or "nothing" for ids in (result.change.broken, result.change.repaired))
    rows = [
        (cell("breaks", "red" if result.change.broken else None), cell(broken)),
        (cell("repairs", "green" if result.change.repaired else None), cell(repaired)),
    ]
    return _section(f"Change since {visible(result.change.revision)}", rows, style, width)


def _with(result: Result, status: str) -> Iterable[Verdict]:
    return (verdict for verdict in result.verdicts if verdict.status == status)


def _section(title: str, rows: Sequence[tuple[Cell, ...]], style: Style, width: int) -> Lines:
    if not rows:
        return []
    return [style(title, "bold"), *table(rows, style, total=width, indent=2, limits=_FIRST)]
