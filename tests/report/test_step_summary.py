from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from opencode_policy.finding import Change, Finding, Result
from opencode_policy.location import Location
from opencode_policy.redact import Redactor
from opencode_policy.report import step_summary
from opencode_policy.report.options import Options
from opencode_policy.report.step_summary import render
from opencode_policy.report.view import view
from tests.report import samples
from tests.report.strategies import results

TAG = re.compile(r"<[^>]*>")


def test_the_requirements_come_first_and_the_violated_ones_before_the_others() -> None:
    lines = render(samples.sample(), Options()).splitlines()
    assert lines[0] == "### opencode-policy"
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[2] == "| SEC-04 | ❌ violated | Claims ask for 5Gi. |"
    assert rows[-1] == "| INFRA-01 | ✅ satisfied | The namespace exists. |"
    assert lines.index(rows[-1]) < next(at for at, line in enumerate(lines) if line.startswith("**error**"))


def test_a_finding() -> None:
    text = render(samples.sample(), Options())
    assert (
        "**error** `claim-mismatch` SEC-04: the claim asks for 10Gi instead of 5Gi<br>\n"
        "`apps/demo/claim.yaml:9:16`\n"
        "<br>`storage: 10Gi`\n"
        "<br>↳ `policies/opencode.yaml:4:13` the policy asks for 5Gi\n"
        "<details><summary>How to mend it</summary>\n\n"
        "Set the size that the policy asks for.\n\n</details>\n"
    ) in text
    assert "set -x" not in text  # it is waived


def test_places_are_links_where_the_address_is_known() -> None:
    base = "https://git.example.org/cluster/blob/abc"
    spaced = replace(samples.claim_finding(), location=Location("a b/c#d.yaml", 2, 1, 2, 2), related=())
    text = render(samples.sample([spaced]), Options(links=base))
    assert f"[`a b/c#d.yaml:2:1`]({base}/a%20b/c%23d.yaml#L2)" in text


def test_what_the_change_does() -> None:
    result = replace(samples.result(), change=Change("main", ("SEC-04",), ()))
    text = render(view(result, {}, samples.rules(), Redactor()), Options())
    assert "- Since `main`: breaks SEC-04,\n  repairs nothing" in text.replace(", \n", ",\n")


def test_more_than_github_takes_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_summary, "LIMIT", 6000)
    many = [
        Finding(
            "style-note", (), "error" if at == 150 else "info", f"number {at}", Location("a", at, 1, at, 2)
        )
        for at in range(1, 200)
    ]
    text = render(samples.sample(many), Options())
    assert len(text.encode()) <= 6000
    shown = text.count("**info**") + text.count("**error**")
    assert "number 150<br>" in text
    assert f"{199 - shown} more findings: see the log." in text


@settings(max_examples=40)
@given(results())
def test_nothing_of_the_tree_becomes_markup(result: Result) -> None:
    text = render(view(result, samples.sources(), samples.rules(), Redactor()), Options())
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    tags = {token.tag for token in every}
    html = {tag for token in every if token.type.startswith("html_") for tag in TAG.findall(token.content)}
    assert html <= {"<br>", "<details>", "</details>", "<summary>", "</summary>", "&zwj;"}
    assert tags <= {
        "",
        "h3",
        "ul",
        "li",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "em",
    } | {
        "code",
        "br",
    }
