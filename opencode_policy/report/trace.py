"""Requirement, status, and what speaks for it or against it: one row each."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.finding import Verdict
from opencode_policy.report.markdown import code, escaped
from opencode_policy.report.options import Options
from opencode_policy.report.style import OF_STATUS, Style
from opencode_policy.report.summary import summary
from opencode_policy.report.table import Cell, cell, table
from opencode_policy.report.view import View

_HEAD = ("Requirement", "Status", "Evidence or problems")


def render_text(view: View, options: Options) -> str:
    """The table for a terminal, wrapped to its width."""
    style = Style(options.colour)
    head = tuple(cell(word, "bold") for word in _HEAD)
    rows = [head, *(_row(verdict) for verdict in view.result.verdicts)]
    lines = table(rows, style, total=options.width)
    return "\n".join((*lines, "", *summary(view.result, style))) + "\n"


def _row(verdict: Verdict) -> tuple[Cell, ...]:
    status = cell(verdict.status.replace("-", " "), OF_STATUS[verdict.status])
    return cell(verdict.id), status, Cell((verdict.title, *_reasons(verdict)), hang=2)


def _reasons(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        if finding.suppressed is None:
            yield f"! {finding.location} {finding.message} [{finding.rule}]"
    for proof in verdict.evidence:
        yield f"+ {proof.location} {proof.message} [{proof.rule}]"
    if verdict.reason:
        yield f"? {verdict.reason}"


def render_markdown(view: View, options: Options) -> str:
    """The table in GitHub's Markdown; nothing of the tree can add markup to it."""
    del options
    lines = [f"| {' | '.join(_HEAD)} |", "| --- | --- | --- |"]
    lines += [_markdown_row(verdict) for verdict in view.result.verdicts]
    counts = summary(view.result, Style(enabled=False))
    return "\n".join((*lines, "", *(f"- {line}" for line in counts))) + "\n"


def _markdown_row(verdict: Verdict) -> str:
    parts = (escaped(verdict.title), *_markdown_reasons(verdict))
    return f"| {verdict.id} | {verdict.status.replace('-', ' ')} | {'<br>'.join(parts)} |"


def _markdown_reasons(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        if finding.suppressed is None:
            yield f"problem: {code(str(finding.location))} {escaped(finding.message)} ({code(finding.rule)})"
    for proof in verdict.evidence:
        yield f"evidence: {code(str(proof.location))} {escaped(proof.message)} ({code(proof.rule)})"
    if verdict.reason:
        yield escaped(verdict.reason)
