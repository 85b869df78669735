from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings

from opencode_policy.finding import Finding, Result
from opencode_policy.location import Location
from opencode_policy.redact import Redactor
from opencode_policy.report.github import command, render
from opencode_policy.report.options import Options
from opencode_policy.report.view import view
from tests.report import samples
from tests.report.strategies import results

TOKEN = "0123456789abcdef"  # noqa: S105 - made up
GUARDED = Options(token=TOKEN)
HERE = Location("a.yaml", 3, 1, 3, 2)


def shown(*findings: Finding) -> list[str]:
    return render(samples.sample(findings), GUARDED).partition("::stop-commands::")[0].splitlines()


def test_nothing_found_is_no_annotation() -> None:
    assert shown() == []


def test_an_annotation() -> None:
    assert shown(samples.claim_finding(), samples.waived_finding()) == [
        "::error file=apps/demo/claim.yaml,line=9,endLine=9,col=16,endColumn=20,"
        "title=claim-mismatch SEC-04::the claim asks for 10Gi instead of 5Gi"
    ]


def test_a_region_of_several_lines_has_no_columns() -> None:
    [line] = shown(Finding("style-note", (), "info", "m", Location("a.yaml", 1, 4, 2, 5)))
    assert line == "::notice file=a.yaml,line=1,endLine=2,title=style-note::m"


def test_a_finding_that_does_not_decide_is_a_notice() -> None:
    [line] = shown(replace(samples.claim_finding(), spared="not in force"))
    assert line.startswith("::notice ")
    assert line.endswith("instead of 5Gi (not in force)")


def test_values_are_escaped() -> None:
    assert command("error", {"file": "a,b:c%\r\n"}, "100%\r\nmore: x, y") == (
        "::error file=a%2Cb%3Ac%25%0D%0A::100%25%0D%0Amore: x, y"
    )


def test_ten_of_a_kind_are_shown_and_the_rest_is_counted() -> None:
    many = [
        Finding("style-note", (), severity, f"{severity} {at}", HERE)
        for severity in ("info", "warning", "error")
        for at in range(12)
    ]
    lines = shown(*many)
    kinds = [line.partition(" ")[0] for line in lines]
    assert [kinds.count(kind) for kind in ("::error", "::warning", "::notice")] == [10, 10, 10]
    assert lines[-1] == "::notice title=opencode-policy::7 more findings: see the log."


def test_the_report_stands_behind_a_guard() -> None:
    text = render(samples.sample(), GUARDED)
    before, _, after = text.partition(f"::stop-commands::{TOKEN}\n")
    assert before.count("\n") == 1
    assert after.startswith("error[claim-mismatch] SEC-04")
    assert after.endswith(f"\n::{TOKEN}::\n")


@settings(max_examples=50)
@given(results())
def test_nothing_of_the_tree_is_obeyed(result: Result) -> None:
    text = render(view(result, samples.sources(), samples.rules(), Redactor()), GUARDED)
    outside = re.sub(rf"::stop-commands::{TOKEN}\n.*\n::{TOKEN}::\n\Z", "", text, flags=re.DOTALL)
    for line in filter(None, re.split(r"\r\n|\r|\n", outside)):  # what ends a line to the runner
        assert re.match(r"::(error|warning|notice) (file|title)=", line), line
    assert text.count(TOKEN) == 2
