"""The lint finds each mistake that it is there for: a lint that cannot fail proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opencode_policy.report.options import Options
from opencode_policy.report.sarif.log import render
from tests.report import samples
from tests.report.sarif_lint import sarif_lint

Json = Any
TEXTS = {path: source.text for path, source in samples.sources().items()}


def rule(run: Json) -> Json:
    return run["tool"]["driver"]["rules"][0]


def result(run: Json) -> Json:
    return run["results"][0]


def physical(run: Json) -> Json:
    return result(run)["locations"][0]["physicalLocation"]


def target(run: Json) -> Json:
    return rule(run)["relationships"][0]["target"]


MISTAKES: dict[str, Callable[[Json], object]] = {
    "taxon SEC-04: index out of range": lambda run: target(run).update(index=99),
    "taxon SEC-04: the index is that of another": lambda run: target(run).update(index=0),
    "taxon SEC-04: the guid is that of another": lambda run: target(run).update(guid="x"),
    "taxon SEC-05: the index is that of another": lambda run: target(run).update(id="SEC-05"),
    "component requirements: index out of range": (
        lambda run: target(run).update(toolComponent={"name": "requirements", "index": 1, "guid": ""})
    ),
    "component other: the index is that of another": (
        lambda run: target(run).update(toolComponent={"name": "other", "index": 0, "guid": ""})
    ),
    "the taxonomy requirements has rules": lambda run: run["taxonomies"][0].update(rules=[]),
    "claim-mismatch: ruleIndex 1 is another rule": lambda run: result(run).update(ruleIndex=1),
    "claim-mismatch: security-severity is HIGH": (
        lambda run: rule(run)["properties"].update({"security-severity": "HIGH"})
    ),
    "claim-mismatch: too many tags": (
        lambda run: rule(run)["properties"].update(tags=[str(number) for number in range(11)])
    ),
    "claim-mismatch: shortDescription is too long": (
        lambda run: rule(run).update(shortDescription={"text": "x" * 1025})
    ),
    "claim-mismatch: no help": lambda run: rule(run)["help"].update(markdown=""),
    "claim-mismatch: the uri './x'": lambda run: physical(run)["artifactLocation"].update(uri="./x"),
    "claim-mismatch: the uri '../x'": lambda run: physical(run)["artifactLocation"].update(uri="../x"),
    "claim-mismatch: the uri '/x'": lambda run: physical(run)["artifactLocation"].update(uri="/x"),
    "claim-mismatch: the uri 'C:/x'": lambda run: physical(run)["artifactLocation"].update(uri="C:/x"),
    "claim-mismatch: the uri 'a b'": lambda run: physical(run)["artifactLocation"].update(uri="a b"),
    "some results have suppressions and some do not": lambda run: result(run).pop("suppressions"),
    "claim-mismatch: kind review with a level": lambda run: result(run).update(kind="review"),
    "columnKind is missing": lambda run: run.pop("columnKind"),
    "claim-mismatch: no fingerprints": lambda run: result(run).update(partialFingerprints={}),
    "claim-mismatch: a link without a location": (
        lambda run: result(run)["message"].update(text="[the policy](1) and [x](9).")
    ),
    "claim-mismatch: a location without a link": lambda run: result(run)["message"].update(text="Text."),
    "claim-mismatch: the message has no full stop": (
        lambda run: result(run)["message"].update(text="[x](1) text")
    ),
    "claim-mismatch: the message is too long": (
        lambda run: result(run)["message"].update(text="[x](1)" + "😀" * 1024 + ".")
    ),
    "claim-mismatch: endLine is behind the file": lambda run: physical(run)["region"].update(endLine=99),
    "claim-mismatch: endColumn is behind the line": lambda run: physical(run)["region"].update(endColumn=99),
    "the results are not sorted": lambda run: run["results"].reverse(),
    "a path of this machine": (lambda run: rule(run)["help"].update(text=f"See {Path.cwd()}/README.md.")),
}


def log() -> Json:
    return json.loads(render(samples.sample(), Options(profile="azure")))


def test_the_log_is_sound_before_it_is_spoilt() -> None:
    assert sarif_lint(log(), TEXTS) == []


@pytest.mark.parametrize("problem", MISTAKES)
def test_the_lint_finds(problem: str) -> None:
    spoilt = log()
    MISTAKES[problem](spoilt["runs"][0])
    assert sarif_lint(spoilt, TEXTS) == [problem]


def test_the_lint_finds_a_wrong_line_hash() -> None:
    spoilt = log()
    result(spoilt["runs"][0])["partialFingerprints"]["primaryLocationLineHash"] = "1:1"
    [problem] = sarif_lint(spoilt, TEXTS)
    assert problem.startswith("claim-mismatch: the line hash is 1:1 and not ")
