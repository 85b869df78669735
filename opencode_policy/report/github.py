"""Annotations of GitHub Actions, and the text report behind a guard.

GitHub shows at most ten errors, ten warnings and ten notices of a step; the gravest come first and what is
left is counted. Source: actions/toolkit, packages/core/src/command.ts (how values are escaped) and
docs/problem-matchers.md (limits).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from opencode_policy.finding import SEVERITIES, Finding, Severity
from opencode_policy.report import text
from opencode_policy.report.options import Options
from opencode_policy.report.order import gravest_first
from opencode_policy.report.view import View
from opencode_policy.report.visible import brief
from opencode_policy.report.words import counted, listed

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""

_COMMANDS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(view: View, options: Options) -> str:
    """Annotations first; the text of the tree stands where no command is obeyed, up to the token."""
    lines = list(_annotations(view))
    report = text.render(view, replace(options, colour=False))
    return (
        "\n".join((*lines, "")) + guarded(report, options.token) if lines else guarded(report, options.token)
    )


def guarded(report: str, token: str) -> str:
    """A report that the runner prints and does not obey; the token must not be foreseeable."""
    return f"::stop-commands::{token}\n{report}::{token}::\n" if token else report


def _annotations(view: View) -> Iterator[str]:
    findings = gravest_first(view.result.counting)
    left = 0
    for severity in SEVERITIES:
        mine = [finding for finding in findings if finding.severity == severity]
        room = MOST - 1 if severity == "info" else MOST
        yield from map(_annotation, mine[:room])
        left += len(mine[room:])
    if left:
        yield command(
            "notice", {"title": "opencode-policy"}, f"{counted(left, 'more finding')}: see the log."
        )


def _annotation(finding: Finding) -> str:
    place = finding.location
    values = {"file": place.path, "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:  # GitHub drops an annotation of several lines that has columns
        values |= {"col": str(place.column), "endColumn": str(place.end_column)}
    tags = f" {listed(finding.requirements)}" if finding.requirements else ""
    values["title"] = f"{finding.rule}{tags}"
    spared = f" ({finding.spared})" if finding.spared else ""
    kind = _COMMANDS[finding.severity] if finding.decides else "notice"
    return command(kind, values, brief(finding.message) + spared)


def command(name: str, values: Mapping[str, str], message: str) -> str:
    """A workflow command of one line."""
    properties = ",".join(f"{key}={_property(value)}" for key, value in values.items())
    return f"::{name} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
