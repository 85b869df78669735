from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from opencode_policy.finding import Finding, Result
from opencode_policy.redact import Redactor
from opencode_policy.report.code_quality import render
from opencode_policy.report.options import Options
from opencode_policy.report.view import view
from tests.report import samples
from tests.report.strategies import results


def issues(*findings: Finding) -> Any:
    return json.loads(render(samples.sample(findings), Options()))


def test_nothing_found_is_an_empty_list() -> None:
    assert render(samples.sample([]), Options()) == "[]\n"


def test_an_issue() -> None:
    [issue] = issues(samples.claim_finding(), samples.waived_finding())
    assert len(issue.pop("fingerprint")) > 64
    assert issue == {
        "description": "claim-mismatch SEC-04: the claim asks for 10Gi instead of 5Gi",
        "check_name": "claim-mismatch",
        "severity": "major",
        "location": {
            "path": "apps/demo/claim.yaml",
            "lines": {"begin": 9, "end": 9},
            "positions": {"begin": {"line": 9, "column": 16}, "end": {"line": 9, "column": 20}},
        },
    }


def test_severities() -> None:
    base = samples.claim_finding()
    found = [replace(base, severity="warning"), replace(base, severity="info"), replace(base, spared="later")]
    assert [issue["severity"] for issue in issues(*found)] == ["minor", "info", "info"]
    rules = {"claim-mismatch": samples.info("claim-mismatch", security_severity=9.1)}
    grave = view(samples.result([base]), samples.sources(), rules, Redactor())
    assert json.loads(render(grave, Options()))[0]["severity"] == "critical"


def test_the_fingerprint_survives_a_move_of_the_lines_and_of_the_file() -> None:
    found = samples.claim_finding()
    moved = replace(found, location=replace(found.location, path="elsewhere.yaml", line=90, end_line=90))
    assert [issue["fingerprint"] for issue in issues(found)] == [
        issue["fingerprint"] for issue in issues(moved)
    ]


@settings(max_examples=50)
@given(results())
def test_gitlab_merges_no_two_issues(result: Result) -> None:
    found = json.loads(render(view(result, {}, samples.rules(), Redactor()), Options()))
    counting = [finding for finding in result.findings if finding.suppressed is None]
    assert len(found) == len(counting)
    assert len({issue["fingerprint"] for issue in found}) == len(set(counting))
