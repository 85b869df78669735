"""GitLab's Code Quality report, which every tier of GitLab shows in a merge request.

Source: docs.gitlab.com, ci/testing/code_quality, "Code Quality report format". Equal fingerprints are shown
once, so each finding has its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from opencode_policy.finding import Finding, Severity
from opencode_policy.fingerprint import fingerprints
from opencode_policy.report.options import Options
from opencode_policy.report.view import View
from opencode_policy.report.visible import brief
from opencode_policy.report.words import listed

_SEVERITIES: Mapping[Severity, str] = {"error": "major", "warning": "minor", "info": "info"}
_CRITICAL = 9.0
"""From this security severity on a finding is critical."""


def render(view: View, options: Options) -> str:
    """A list of what counts; empty where nothing does, which tells GitLab that all is mended."""
    del options
    prints = fingerprints(view.result.counting)
    issues = [_issue(view, finding, prints[finding]) for finding in view.result.counting]
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"


def _issue(view: View, finding: Finding, fingerprint: str) -> dict[str, object]:
    place = finding.location
    tags = f" {listed(finding.requirements)}" if finding.requirements else ""
    return {
        "description": f"{finding.rule}{tags}: {brief(finding.message)}",  # GitLab does not show the name
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _severity(view, finding),
        "location": {
            "path": place.path,
            "lines": {"begin": place.line, "end": place.end_line},
            "positions": {
                "begin": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
            },
        },
    }


def _severity(view: View, finding: Finding) -> str:
    info = view.catalogue.get(finding.rule)
    if not finding.decides:
        return "info"
    if finding.severity == "error" and info and (info.security_severity or 0) >= _CRITICAL:
        return "critical"
    return _SEVERITIES[finding.severity]
