from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.finding import Finding
from opencode_policy.report.options import Options
from opencode_policy.report.rdjson import render
from opencode_policy.source import Source
from tests.report import samples


def report(*findings: Finding, source: Source | None = None) -> Any:
    more = (source,) if source else ()
    return json.loads(render(samples.sample(findings, *more), Options()))


def test_nothing_found() -> None:
    assert report() == {"source": {"name": "opencode-policy"}, "severity": "INFO", "diagnostics": []}


def test_a_diagnostic() -> None:
    found = report(samples.claim_finding(), samples.waived_finding())
    assert found["severity"] == "ERROR"
    assert found["diagnostics"] == [
        {
            "message": "the claim asks for 10Gi instead of 5Gi",
            "location": {
                "path": "apps/demo/claim.yaml",
                "range": {"start": {"line": 9, "column": 16}, "end": {"line": 9, "column": 20}},
            },
            "severity": "ERROR",
            "code": {"value": "claim-mismatch"},
            "relatedLocations": [
                {
                    "message": "the policy asks for 5Gi",
                    "location": {
                        "path": "policies/opencode.yaml",
                        "range": {"start": {"line": 4, "column": 13}, "end": {"line": 4, "column": 16}},
                    },
                }
            ],
        }
    ]


def test_what_does_not_decide_is_information() -> None:
    found = report(replace(samples.claim_finding(), spared="later"))
    assert (found["severity"], found["diagnostics"][0]["severity"]) == ("INFO", "INFO")


@given(st.text(alphabet="a😀é", max_size=10), st.text(alphabet="b😀", min_size=1, max_size=5))
def test_columns_count_bytes(before: str, text: str) -> None:
    source = Source("a.yaml", f"{before}{text}\n")
    place = source.location(len(before), len(before) + len(text))
    [found] = report(Finding("style-note", (), "info", "m", place), source=source)["diagnostics"]
    span = found["location"]["range"]
    raw = source.text.encode()[span["start"]["column"] - 1 : span["end"]["column"] - 1]
    assert raw.decode() == text
