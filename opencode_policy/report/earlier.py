"""An earlier report, read again: only what decides whether it passes.

The JSON report of version 1, or a SARIF 2.1.0 log of this tool or another. What does not have the form is
refused and never counted as a report without findings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from opencode_policy.finding import SEVERITIES, Severity
from opencode_policy.lean import dataclass

_OF_LEVEL: Mapping[str, Severity | None] = {
    "error": "error",
    "warning": "warning",
    "note": "info",
    "none": None,
}
_NOT_ACCEPTED = ("underReview", "rejected")


class ReportError(Exception):
    """A text that is no report, or one of another version; the message says which part is wrong."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Severities of the findings that may fail a check, how many others there are, and what went wrong."""

    deciding: tuple[Severity, ...]
    others: int
    failures: tuple[str, ...]


def read(text: str) -> Earlier:
    """The report in a text. Raises ReportError."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ReportError(f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise ReportError("it is nested too deeply") from error
    report = _mapping(data, "the report")
    if "runs" in report:
        return _sarif(report)
    if "findings" in report or report.get("version") == 1:
        return _json(report)
    raise ReportError("it is neither a JSON report nor a SARIF log")


def _json(report: Mapping[str, Any]) -> Earlier:
    version = report.get("version")
    if version != 1 or isinstance(version, bool):
        raise ReportError(f"the JSON report has version {version!r}, and only 1 is known")
    findings = [_mapping(item, "a finding") for item in _list(report, "findings")]
    severities = [_severity(item.get("severity")) for item in findings]
    free = [item.get("suppressed") is None and item.get("spared") is None for item in findings]
    failures = [_mapping(item, "a failure") for item in _list(report, "failures")]
    deciding = tuple(severity for severity, counts in zip(severities, free, strict=True) if counts)
    words = tuple(f"the rule {item.get('rule')} failed on {item.get('subject')}" for item in failures)
    return Earlier(deciding, len(findings) - len(deciding), words)


def _severity(value: object) -> Severity:
    for severity in SEVERITIES:
        if value == severity:
            return severity
    raise ReportError(f"there is no severity {value!r}")


def _sarif(log: Mapping[str, Any]) -> Earlier:
    if log.get("version") != "2.1.0":
        raise ReportError(f"the SARIF log has version {log.get('version')!r}, and only '2.1.0' is known")
    runs = [_mapping(run, "a run") for run in _list(log, "runs")]
    if not runs:
        raise ReportError("the SARIF log holds no run")
    levels = [level for run in runs for level in _levels(run)]
    deciding = tuple(level for level in levels if level is not None)
    return Earlier(deciding, len(levels) - len(deciding), tuple(_unsuccessful(runs)))


def _unsuccessful(runs: list[Mapping[str, Any]]) -> Iterator[str]:
    for number, run in enumerate(runs, 1):
        for invocation in _list(run, "invocations", optional=True):
            if _mapping(invocation, "an invocation").get("executionSuccessful") is not True:
                yield f"run {number} did not come to its end"


def _levels(run: Mapping[str, Any]) -> Iterator[Severity | None]:
    """Severity of each result; None for one that cannot fail a check."""
    driver = _mapping(_mapping(run.get("tool"), "the tool").get("driver"), "the driver")
    rules = [_mapping(rule, "a rule") for rule in _list(driver, "rules", optional=True)]
    for item in _list(run, "results"):
        result = _mapping(item, "a result")
        yield _level(result, rules) if _counts(result) else None


def _counts(result: Mapping[str, Any]) -> bool:
    suppressions = [_mapping(item, "a suppression") for item in _list(result, "suppressions", optional=True)]
    waived = any(item.get("status") not in _NOT_ACCEPTED for item in suppressions)
    properties = _mapping(result.get("properties", {}), "properties")
    return result.get("kind", "fail") == "fail" and not waived and not properties.get("spared")


def _level(result: Mapping[str, Any], rules: list[Mapping[str, Any]]) -> Severity | None:
    """The level of the result, else that of its rule, else `warning` (SARIF 3.27.10)."""
    index = result.get("ruleIndex", -1)
    known = isinstance(index, int) and 0 <= index < len(rules)
    configuration = _mapping(rules[index].get("defaultConfiguration", {}), "a configuration") if known else {}
    level = result.get("level", configuration.get("level", "warning"))
    if not isinstance(level, str) or level not in _OF_LEVEL:
        raise ReportError(f"there is no level {level!r}")
    return _OF_LEVEL[level]


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ReportError(f"{what} is not an object")
    return value


def _list(holder: Mapping[str, Any], key: str, *, optional: bool = False) -> list[Any]:
    value = holder.get(key)
    if value is None and optional:
        return []
    if not isinstance(value, list):
        raise ReportError(f"'{key}' is missing" if value is None else f"'{key}' is not a list")
    return value
