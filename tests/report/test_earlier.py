"""Reports read again: those we write, and what is none."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.finding import SEVERITIES, Result
from opencode_policy.redact import Redactor
from opencode_policy.report import json_v1
from opencode_policy.report.earlier import Earlier, ReportError, read
from opencode_policy.report.options import Options
from opencode_policy.report.sarif import log as sarif_log
from opencode_policy.report.view import view
from tests.report import samples
from tests.report.strategies import results


@settings(max_examples=40)
@given(results(), st.booleans())
def test_both_reports_say_what_the_run_said(result: Result, spare: bool) -> None:
    findings = tuple(replace(item, spared="later") if spare else item for item in result.findings)
    result = replace(result, findings=findings)
    seen = view(result, {}, samples.rules(), Redactor())
    deciding = sorted((item.severity for item in findings if item.decides), key=SEVERITIES.index)
    for text in (
        json_v1.render(seen, Options()),
        sarif_log.render(seen, Options(profile="azure")),
        sarif_log.render(seen, Options(profile="full")),
    ):
        earlier = read(text)
        assert sorted(earlier.deciding, key=SEVERITIES.index) == deciding
        assert bool(earlier.failures) == bool(result.failures)


def log(**result: object) -> Any:
    """A log of another tool, as sparse as the standard allows."""
    rules = [{"id": "x", "defaultConfiguration": {"level": "note"}}]
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "other", "rules": rules}}, "results": [result]}],
    }


@pytest.mark.parametrize(
    ("result", "deciding"),
    [
        ({}, ("warning",)),
        ({"level": "error"}, ("error",)),
        ({"level": "note"}, ("info",)),
        ({"level": "none"}, ()),
        ({"ruleIndex": 0}, ("info",)),
        ({"ruleIndex": 7}, ("warning",)),
        ({"kind": "pass"}, ()),
        ({"suppressions": []}, ("warning",)),
        ({"suppressions": [{"kind": "inSource"}]}, ()),
        ({"suppressions": [{"kind": "external", "status": "rejected"}]}, ("warning",)),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, ()),
    ],
)
def test_logs_of_other_tools(result: dict[str, object], deciding: tuple[str, ...]) -> None:
    assert read(json.dumps(log(**result))) == Earlier(deciding, 1 - len(deciding), ())  # type: ignore[arg-type]


def spoilt(change: Callable[[Any], object]) -> str:
    report = json.loads(json_v1.render(samples.sample(), Options()))
    change(report)
    return json.dumps(report)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"version": 1', "it is not JSON: Expecting ',' delimiter: line 1 column 14 (char 13)"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[]", "the report is not an object"),
        ("{}", "it is neither a JSON report nor a SARIF log"),
        ('{"version": 1}', "'findings' is missing"),
        ('{"version": 1, "findings": []}', "'failures' is missing"),
        (
            spoilt(lambda report: report.update(version=2)),
            "the JSON report has version 2, and only 1 is known",
        ),
        (spoilt(lambda report: report.update(version=True)), "the JSON report has version True"),
        (spoilt(lambda report: report.update(findings={})), "'findings' is not a list"),
        (spoilt(lambda report: report["findings"].append(1)), "a finding is not an object"),
        (spoilt(lambda report: report["findings"][0].pop("severity")), "there is no severity None"),
        ('{"version": "2.0.0", "runs": []}', "the SARIF log has version '2.0.0', and only '2.1.0' is known"),
        ('{"version": "2.1.0", "runs": []}', "the SARIF log holds no run"),
        ('{"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}', "'results' is missing"),
        ('{"version": "2.1.0", "runs": [{"results": []}]}', "the tool is not an object"),
        (json.dumps(log(level="fatal")), "there is no level 'fatal'"),
    ],
)
def test_what_is_no_report_is_never_one_without_findings(text: str, message: str) -> None:
    with pytest.raises(ReportError) as refused:
        read(text)
    assert message in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "version",
                    "runs",
                    "results",
                    "findings",
                    "failures",
                    "tool",
                    "driver",
                    "level",
                    "rules",
                    "kind",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
)


@settings(max_examples=300)
@given(json_values)
def test_anything_is_read_or_refused(value: object) -> None:
    with contextlib.suppress(ReportError):
        assert isinstance(read(json.dumps(value)), Earlier)
