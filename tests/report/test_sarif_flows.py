"""A leak carries its whole way: from the line that brings the secret in to the line where it gets out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from opencode_policy.finding import Finding, Result
from opencode_policy.leaks.examples import with_script
from opencode_policy.location import Location, Related
from opencode_policy.outcome import Problem, location_of
from opencode_policy.redact import Redactor
from opencode_policy.report.sarif.flows import STEPS
from opencode_policy.report.view import view
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.catalogue import catalogue
from opencode_policy.rules.secret_in_arguments import SecretInArguments
from opencode_policy.rules.secret_in_output import SecretInOutput
from opencode_policy.rules.shell_tracing import ShellTracing
from opencode_policy.rules.token_in_url import TokenInUrl
from opencode_policy.testing import APP, example_tree, outcomes
from tests.report import samples
from tests.report.sarif_lint import sarif_lint
from tests.report.test_sarif import log_of

EMPTY = Result((), (), (), (), 1, 0)
MANIFEST = f"{APP}/manifest.yaml"


def results_of(rule: type[Rule], files: Any) -> tuple[list[Any], list[str]]:
    """SARIF results of the problems of a rule, and the lines of the manifest."""
    example = Example("here", files)
    found = [item for item in outcomes(rule, example) if isinstance(item, Problem)]
    findings = tuple(
        Finding(
            rule.id, (), "error", item.message, location_of(item.at), None, item.related, flows=item.flows
        )
        for item in found
    )
    sources = example_tree(example).sources
    seen = view(replace(EMPTY, findings=findings), sources, catalogue({rule.id: rule}), Redactor())
    log = log_of(seen)
    assert sarif_lint(log, {path: source.text for path, source in sources.items()}) == []
    return log["runs"][0]["results"], sources[MANIFEST].text.splitlines()


def steps(result: Any, lines: list[str]) -> list[list[tuple[str, str, str]]]:
    """Kind, line and message of each step of each code flow."""
    return [
        [
            (
                step["kinds"][0],
                lines[step["location"]["physicalLocation"]["region"]["startLine"] - 1].strip(),
                step["location"]["message"]["text"],
            )
            for thread in flow["threadFlows"]
            for step in thread["locations"]
        ]
        for flow in result["codeFlows"]
    ]


SCRIPT = with_script('one=$GIT_TOKEN\ntwo="x $one"\necho "$two"\n')


def test_over_several_variables() -> None:
    (result,), lines = results_of(SecretInOutput, SCRIPT)
    (flow,) = steps(result, lines)
    assert [kind for kind, *_ in flow] == ["acquire", "taint", "taint", "danger"]
    assert [line for _, line, _ in flow][1:] == ["one=$GIT_TOKEN", 'two="x $one"', 'echo "$two"']
    assert "GIT_TOKEN" in flow[0][1] or "key:" in flow[0][1]
    assert flow[0][2] == "GIT_TOKEN comes from here"
    assert flow[-1][2] == "echo prints GIT_TOKEN to the log"


def test_two_secrets_two_ways() -> None:
    script = with_script('a=$GIT_TOKEN\nb=$(cat /secrets/token)\necho "$a $b"\n')
    (result,), lines = results_of(SecretInOutput, script)
    ways = steps(result, lines)
    assert [way[0][2] for way in ways] == ["GIT_TOKEN comes from here", "/secrets comes from here"]
    assert {way[-1][1] for way in ways} == {'echo "$a $b"'}


def test_a_function_is_where_it_gets_out() -> None:
    (result,), lines = results_of(SecretInOutput, with_script('say() { echo "$1"; }\nsay "$GIT_TOKEN"\n'))
    (flow,) = steps(result, lines)
    assert flow[-1][:2] == ("danger", 'say() { echo "$1"; }')


@pytest.mark.parametrize(
    ("rule", "script", "last"),
    [
        (ShellTracing, "set -x\nurl=$GIT_TOKEN\n", "url=$GIT_TOKEN"),
        (
            TokenInUrl,
            "u=https://x:$GIT_TOKEN@example.org/r\ngit clone $u\n",
            "git clone $u",
        ),
        (SecretInArguments, 'login --token "$GIT_TOKEN"\n', 'login --token "$GIT_TOKEN"'),
    ],
)
def test_every_rule_on_leaks_has_flows(rule: type[Rule], script: str, last: str) -> None:
    results, lines = results_of(rule, with_script(script))
    flows = [flow for result in results for flow in steps(result, lines)]
    assert flows
    assert all(flow[0][0] == "acquire" and flow[-1][:2] == ("danger", last) for flow in flows)


def test_what_is_no_leak_has_none() -> None:
    seen = samples.sample()
    assert not any("codeFlows" in result for result in log_of(seen)["runs"][0]["results"])


def test_no_more_steps_than_are_kept() -> None:
    at = Location("a.sh", 1, 1, 1, 2)
    flow = tuple(Related(f"step {number}", at) for number in range(STEPS // 2))
    finding = Finding("style-note", (), "info", "a message", at, flows=(flow, flow, flow))
    seen = view(replace(EMPTY, findings=(finding,)), {}, samples.rules(), Redactor())
    (result,) = log_of(seen)["runs"][0]["results"]
    assert [len(item["threadFlows"][0]["locations"]) for item in result["codeFlows"]] == [500, 500]


def test_a_secret_in_a_step_is_masked() -> None:
    secret = "-".join(("sw0rdf1sh", "and", "more"))
    at = Location("a.sh", 1, 1, 1, 2)
    flow = (Related(f"is written to /tmp/{secret}", at), Related("out", at))
    finding = Finding("style-note", (), "info", "a message", at, flows=(flow,))
    seen = view(replace(EMPTY, findings=(finding,)), {}, samples.rules(), Redactor([secret]))
    log = log_of(seen)
    assert "is written to /tmp/***" in str(log)
    assert secret not in str(log)
