"""The count at the end of the text report."""

from __future__ import annotations

from opencode_policy.finding import SEVERITIES, STATUSES, Result, Severity
from opencode_policy.report.style import OF_SEVERITY, OF_STATUS, Style
from opencode_policy.report.words import counted, listed

_NOUN: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def summary(result: Result, style: Style) -> list[str]:
    """Requirements by status, findings by severity, and how much was read."""
    return [
        f"Requirements: {_requirements(result, style)}",
        f"Findings: {_findings(result, style)}",
        f"Read: {counted(result.files, 'file')}, {counted(result.resources, 'resource')}",
    ]


def _requirements(result: Result, style: Style) -> str:
    """Every status with its number: a zero says as much as any other."""
    counts = ((status, result.count(status)) for status in STATUSES)
    return listed(
        style(f"{number} {status.replace('-', ' ')}", OF_STATUS[status] if number else None)
        for status, number in counts
    )


def _findings(result: Result, style: Style) -> str:
    active = [finding.severity for finding in result.findings if finding.suppressed is None]
    waived = len(result.findings) - len(active)
    parts = [
        style(counted(number, _NOUN[severity]), OF_SEVERITY[severity] if number else None)
        for severity in SEVERITIES
        if (number := active.count(severity)) or severity != "info"
    ]
    return listed(parts) + (f" ({waived} suppressed)" if waived else "")
