from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from junitparser import JUnitXml

from opencode_policy.finding import Finding, Result
from opencode_policy.location import Location
from opencode_policy.redact import Redactor
from opencode_policy.report.junit import render
from opencode_policy.report.options import Options
from opencode_policy.report.view import View, view
from tests.report import samples
from tests.report.strategies import results


def cases(seen: View) -> list[tuple[str, str, str, str]]:
    """Suite, name, what became of it, and the message."""
    found = []
    for suite in ET.fromstring(render(seen, Options())):  # noqa: S314 - ours
        for case in suite:
            what = case[0] if len(case) and case[0].tag != "system-out" else None
            outcome = "passed" if what is None else what.tag
            message = "" if what is None else what.get("message", "")
            found.append((suite.get("name", ""), case.get("name", ""), outcome, message))
    return found


def test_no_result_is_no_suite() -> None:
    empty = view(Result((), (), (), (), 0, 0), {}, {}, Redactor())
    assert render(empty, Options()) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="opencode-policy" tests="0" failures="0" errors="0" skipped="0" />\n'
    )


def test_every_requirement_is_a_case() -> None:
    live = "not checked: needs a live cluster: only a request shows it"
    assert cases(samples.sample(failed=True)) == [
        ("requirements", "INFRA-01 The namespace exists.", "passed", ""),
        ("requirements", "SEC-04 Claims ask for 5Gi.", "failure", "SEC-04 is violated"),
        ("requirements", "FLUX-01 The page loads.", "skipped", live),
        ("requirements", "HA-01 The other page loads.", "skipped", live),
        ("requirements", "AUTO-02 Tokens refresh.", "skipped", "not applicable: OpenCode cannot do it"),
        ("rules", "shell-tracing", "error", "raised on demo: KeyError at rule.py:3"),
    ]


def test_a_violated_requirement_lists_what_breaks_it_and_where() -> None:
    [case] = ET.fromstring(render(samples.sample(), Options())).findall(".//testcase[failure]")  # noqa: S314
    assert (case.get("file"), case.get("line")) == ("apps/demo/claim.yaml", "9")
    assert case[0].text == (
        "apps/demo/claim.yaml:9:16: error: the claim asks for 10Gi instead of 5Gi [claim-mismatch]"
    )


def test_a_finding_without_a_requirement_is_a_case_of_its_own() -> None:
    here = Location("a.yaml", 3, 1, 3, 2)
    bare = Finding("style-note", (), "warning", "odd", here)
    light, spared = replace(bare, severity="info"), replace(bare, spared="not in force before 2027-01-01")
    result = Result((bare, light, spared), (), (), (), 1, 0)
    assert cases(view(result, {}, samples.rules(), Redactor())) == [
        ("other findings", "style-note", "failure", "odd"),
        ("other findings", "style-note", "passed", ""),
        ("other findings", "style-note", "passed", ""),
    ]


@settings(max_examples=30)
@given(results())
def test_an_independent_reader_counts_the_same(result: Result) -> None:
    text = render(view(result, samples.sources(), samples.rules(), Redactor()), Options())
    read = JUnitXml.fromstring(text.encode(errors="backslashreplace"))
    counts = (read.tests, read.failures, read.errors, read.skipped)
    read.update_statistics()  # type: ignore[no-untyped-call]
    assert counts == (read.tests, read.failures, read.errors, read.skipped)
    assert read.errors == len(result.failures)
