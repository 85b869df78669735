"""The whole log."""

from __future__ import annotations

import json
from collections.abc import Sequence

from opencode_policy.finding import SEVERITIES, Finding
from opencode_policy.report.options import Options
from opencode_policy.report.sarif import notifications
from opencode_policy.report.sarif.identity import Taxa
from opencode_policy.report.sarif.places import ROOT, uri
from opencode_policy.report.sarif.results import Results
from opencode_policy.report.sarif.rules import driver, taxonomy
from opencode_policy.report.sarif.types import Invocation, Log, Run
from opencode_policy.report.view import View

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LIMIT = 25_000
"""Results of a run beyond which GitHub rejects the log."""


def render(view: View, options: Options) -> str:
    """The log as compact JSON, as GitLab counts its bytes uncompressed.

    Suppressed findings are left out unless they are asked for: GitHub opens alerts for them.
    """
    return json.dumps(log(view, options), ensure_ascii=False, separators=(",", ":")) + "\n"


def log(view: View, options: Options) -> Log:
    """The log as plain values; it holds no time, no absolute path and nothing of the machine."""
    with_suppressed = "suppressed" in options.show
    wanted = [item for item in view.result.findings if with_suppressed or item.suppressed is None]
    kept = _gravest(wanted)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [_run(view, kept, len(wanted) - len(kept), with_suppressed=with_suppressed)],
    }


def _gravest(findings: Sequence[Finding]) -> list[Finding]:
    """At most `LIMIT` findings by URI, line, column and rule; the light ones go first."""
    by_severity = sorted(findings, key=lambda item: SEVERITIES.index(item.severity))
    return sorted(by_severity[:LIMIT], key=lambda item: (uri(item.location.path), item.sort_key))


def _run(view: View, findings: Sequence[Finding], left_out: int, *, with_suppressed: bool) -> Run:
    verdicts = view.result.verdicts
    taxa = Taxa.of(verdict.id for verdict in verdicts)
    rules = {name: index for index, name in enumerate(view.catalogue)}
    results = Results(view, rules, taxa, with_suppressed).of(findings)
    run: Run = {
        "tool": {"driver": driver(view.catalogue, verdicts, taxa)},
        "invocations": [_invocation(view, rules, left_out)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    if verdicts:
        run["taxonomies"] = [taxonomy(verdicts)]
    return run


def _invocation(view: View, rules: dict[str, int], left_out: int) -> Invocation:
    """Findings are no failure of the run: a consumer must not take the log for a broken one."""
    result = view.result
    said = [notifications.gap(view, item, rules) for item in result.gaps]
    said += [notifications.failure(item, rules) for item in result.failures]
    if left_out:
        said.append(notifications.left_out(left_out))
    return {"executionSuccessful": not result.failures, "toolExecutionNotifications": said}
