from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from opencode_policy import __version__
from opencode_policy.finding import Result
from opencode_policy.redact import Redactor
from opencode_policy.report.json_schema import json_v1_schema
from opencode_policy.report.json_v1 import render, report
from opencode_policy.report.options import Options
from opencode_policy.report.view import view
from tests.report import samples
from tests.report.strategies import results

FINDING: dict[str, Any] = {
    "rule": "claim-mismatch",
    "requirements": ["SEC-04"],
    "severity": "error",
    "message": "the claim asks for 10Gi instead of 5Gi",
    "location": {"path": "apps/demo/claim.yaml", "line": 9, "column": 16, "end_line": 9, "end_column": 20},
    "resource": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": "demo", "name": "data"},
    "related": [
        {
            "message": "the policy asks for 5Gi",
            "location": {
                "path": "policies/opencode.yaml",
                "line": 4,
                "column": 13,
                "end_line": 4,
                "end_column": 16,
            },
        }
    ],
    "suppressed": None,
}
WAIVED: dict[str, Any] = {
    "rule": "shell-tracing",
    "requirements": ["SEC-03"],
    "severity": "error",
    "message": "set -x prints secrets",
    "location": {"path": "apps/demo/init.sh", "line": 2, "column": 1, "end_line": 2, "end_column": 7},
    "resource": None,
    "related": [],
    "suppressed": {
        "reason": "only in the test cluster",
        "location": {"path": "apps/demo/init.sh", "line": 2, "column": 9, "end_line": 2, "end_column": 74},
    },
}


def closed(schema: Any) -> Any:
    """The schema with every unknown key forbidden, so that a stray one in the report shows."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if "properties" in schema else inner


@cache
def validator() -> Draft202012Validator:
    schema = closed(json_v1_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_whole_report() -> None:
    found = json.loads(render(samples.sample(failed=True), Options()))
    assert found["version"] == 1
    assert found["tool"] == {"name": "opencode-policy", "version": __version__}
    assert found["findings"] == [FINDING, WAIVED]
    assert found["requirements"][1:3] == [
        {"id": "SEC-04", "title": "Claims ask for 5Gi.", "status": "violated", "reason": "", "evidence": []},
        {
            "id": "FLUX-01",
            "title": "The page loads.",
            "status": "not-checked",
            "reason": "needs a live cluster: only a request shows it",
            "evidence": [],
        },
    ]
    assert found["requirements"][0]["evidence"] == [
        {
            "rule": "namespace-missing",
            "message": "the claim lives in demo",
            "location": {
                "path": "apps/demo/claim.yaml",
                "line": 5,
                "column": 14,
                "end_line": 5,
                "end_column": 18,
            },
        }
    ]
    assert found["not_checked"] == [
        {
            "reason": "the chart is not rendered",
            "requirements": ["SEC-05"],
            "rule": "resources-mismatch",
            "location": {
                "path": "apps/demo/claim.yaml",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 2,
            },
        }
    ]
    assert found["failures"] == [
        {"rule": "shell-tracing", "subject": "demo", "error": "KeyError at rule.py:3"}
    ]
    assert found["summary"] == {
        "requirements": {"satisfied": 1, "violated": 1, "not_applicable": 1, "not_checked": 2},
        "findings": {"error": 1, "warning": 0, "info": 0, "suppressed": 1},
        "files": 3,
        "resources": 1,
    }


def test_keys_stand_in_the_order_of_the_documentation() -> None:
    found = json.loads(render(samples.sample(), Options()))
    assert list(found) == [
        "version",
        "tool",
        "findings",
        "requirements",
        "not_checked",
        "failures",
        "summary",
    ]
    assert list(found["findings"][0]) == list(FINDING)


def test_text_is_written_as_it_is_and_ends_in_a_line_break() -> None:
    found = samples.claim_finding()
    text = render(samples.sample([found]), Options())
    assert text.endswith("}\n")
    assert "\\u" not in text


@settings(max_examples=50)
@given(results())
def test_every_report_fits_the_schema(result: Result) -> None:
    seen = view(result, {}, samples.rules(), Redactor())
    problems = list(validator().iter_errors(json.loads(render(seen, Options()))))
    assert not problems, problems


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("tool", "name"), "other"),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "location", "line"), 0),
        (("findings", 0, "resource", "namespace"), 1),
        (("findings", 0, "extra"), 1),
        (("requirements", 0, "status"), "passed"),
        (("not_checked", 0, "location"), "here"),
        (("summary", "files"), -1),
    ],
)
def test_the_schema_refuses(path: tuple[Any, ...], value: Any) -> None:
    whole: Any = json.loads(json.dumps(report(samples.result())))
    at = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert not validator().is_valid(whole)


@pytest.mark.parametrize("key", ["version", "findings", "summary"])
def test_the_schema_asks_for_every_key(key: str) -> None:
    whole: Any = json.loads(json.dumps(report(samples.result())))
    del whole[key]
    assert not validator().is_valid(whole)


def test_the_schema_allows_keys_of_later_releases() -> None:
    whole: Any = {**report(samples.result()), "later": 1}
    assert Draft202012Validator(json_v1_schema()).is_valid(whole)


def test_the_schema_describes_its_keys() -> None:
    schema = json_v1_schema()
    location = schema["$defs"]["location"]
    assert location["properties"]["column"] == {
        "type": "integer",
        "minimum": 1,
        "description": "First column, from 1, in Unicode code points.",
    }
    assert schema["title"] == "opencode-policy report"
    assert next(iter(schema["properties"])) == "version"


def test_the_documentation_names_every_key() -> None:
    text = Path(__file__).parents[2].joinpath("docs/json-v1.md").read_text(encoding="utf-8")
    schema = json_v1_schema()
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]}
    missing = [key for key in sorted(keys) if f"`{key}`" not in text and f'"{key}"' not in text]
    assert not missing
