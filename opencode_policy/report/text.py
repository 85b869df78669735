"""The report for people: findings with their lines, what was not checked, and the count."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.finding import Finding
from opencode_policy.report.block import Block
from opencode_policy.report.options import Options
from opencode_policy.report.sections import change, failures, not_checked, satisfied, suppressed
from opencode_policy.report.style import Style
from opencode_policy.report.summary import summary
from opencode_policy.report.view import View


def render(view: View, options: Options) -> str:
    """The text report; findings stand in the order of files and lines."""
    style = Style(options.colour)
    parts = [*_findings(view, options)]
    parts.append(failures(view.result, style, options.width))
    if "suppressed" in options.show:
        parts.append(suppressed(view.result, style, options.width))
    if "satisfied" in options.show:
        parts.append(satisfied(view.result, style, options.width))
    parts.append(not_checked(view.result, style, options.width))
    parts.append(change(view.result, style, options.width))
    parts.append(summary(view.result, style))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _findings(view: View, options: Options) -> Iterator[list[str]]:
    """Blocks of the findings that count; the fix of a rule stands with its first finding only."""
    block = Block(view, options)
    explained: set[str] = set()
    for finding in view.result.findings:
        if finding.suppressed is None:
            yield list(block.lines(finding, fix="" if finding.rule in explained else _fix(view, finding)))
            explained.add(finding.rule)


def _fix(view: View, finding: Finding) -> str:
    info = view.catalogue.get(finding.rule)
    return info.fix if info else ""
