"""Reviewdog's diagnostics. Source: reviewdog, proto/rdf/reviewdog.proto: columns count bytes of UTF-8."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from opencode_policy.finding import Finding, Severity
from opencode_policy.location import Location
from opencode_policy.report.options import Options
from opencode_policy.report.view import View

_SEVERITIES: Mapping[Severity, str] = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(view: View, options: Options) -> str:
    """One object with every finding that counts."""
    del options
    report = {
        "source": {"name": "opencode-policy"},
        "severity": _worst(view),
        "diagnostics": [_diagnostic(view, finding) for finding in view.result.counting],
    }
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"


def _worst(view: View) -> str:
    """The gravest severity of all, which is what a reader without a threshold goes by."""
    found = {finding.severity for finding in view.result.findings if finding.decides}
    return next((word for severity, word in _SEVERITIES.items() if severity in found), "INFO")


def _diagnostic(view: View, finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "message": finding.message,
        "location": _location(view, finding.location),
        "severity": _SEVERITIES[finding.severity] if finding.decides else "INFO",
        "code": {"value": finding.rule},
    }
    if finding.related:
        found["relatedLocations"] = [
            {"message": item.message, "location": _location(view, item.location)} for item in finding.related
        ]
    return found


def _location(view: View, place: Location) -> dict[str, Any]:
    """The end is exclusive, as ours is."""
    start = {"line": place.line, "column": _bytes(view, place.path, place.line, place.column)}
    end = {"line": place.end_line, "column": _bytes(view, place.path, place.end_line, place.end_column)}
    return {"path": place.path, "range": {"start": start, "end": end}}


def _bytes(view: View, path: str, line: int, column: int) -> int:
    before = view.before(path, line, column)
    return column - len(before) + len(before.encode(errors="surrogatepass"))
