"""JUnit XML: every requirement is a test case, as a CI server shows them.

A violated requirement fails and lists what breaks it; one that is open or not applicable is skipped and says
why. Findings that belong to no requirement are cases of their own, and so are rules that raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from opencode_policy.finding import Finding, RuleFailure, Verdict
from opencode_policy.report.options import Options
from opencode_policy.report.view import View
from opencode_policy.report.visible import visible

_TOOL = "opencode-policy"
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(view: View, options: Options) -> str:
    """The document; `options` change nothing. It holds no times: nothing in it depends on the machine."""
    del options
    root = ET.Element("testsuites", name=_TOOL)
    result = view.result
    _suite(root, "requirements", map(_requirement, result.verdicts))
    named = {finding for verdict in result.verdicts for finding in verdict.findings}
    _suite(root, "other findings", (_finding(item) for item in result.counting if item not in named))
    _suite(root, "rules", map(_failure, result.failures))
    _count(root, list(root.iter("testcase")))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, name: str, cases: Iterable[ET.Element]) -> None:
    """Add a suite, unless it would be empty."""
    found = list(cases)
    if found:
        suite = ET.SubElement(root, "testsuite", name=name)
        _count(suite, found)
        suite.extend(found)


def _count(element: ET.Element, cases: list[ET.Element]) -> None:
    element.set("tests", str(len(cases)))
    for tag, name in _COUNTED.items():
        element.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _requirement(verdict: Verdict) -> ET.Element:
    case = ET.Element("testcase", classname="requirements", name=visible(f"{verdict.id} {verdict.title}"))
    counting = [finding for finding in verdict.findings if finding.counts]
    if verdict.status == "violated":
        _place(case, counting)
        _note(case, "failure", f"{verdict.id} is violated", map(_line, counting))
    elif verdict.status == "satisfied":
        _output(case, (f"{item.location}: {item.message} [{item.rule}]" for item in verdict.evidence))
    else:
        words = verdict.status.replace("-", " ")
        _note(case, "skipped", f"{words}: {verdict.reason}", ())
    return case


def _finding(finding: Finding) -> ET.Element:
    case = ET.Element("testcase", classname=visible(finding.location.path), name=finding.rule)
    _place(case, [finding])
    if finding.decides and finding.severity != "info":
        _note(case, "failure", finding.message, [_line(finding)])
    else:
        _output(case, [_line(finding)])
    return case


def _failure(item: RuleFailure) -> ET.Element:
    case = ET.Element("testcase", classname="rules", name=item.rule)
    _note(case, "error", f"raised on {item.subject}: {item.error}", ())
    return case


def _place(case: ET.Element, findings: list[Finding]) -> None:
    """File and line of the first finding; GitLab makes a link of them."""
    for finding in findings[:1]:
        case.set("file", visible(finding.location.path))
        case.set("line", str(finding.location.line))


def _note(case: ET.Element, tag: str, message: str, lines: Iterable[str]) -> None:
    element = ET.SubElement(case, tag, message=visible(message))
    if tag != "skipped":
        element.set("type", tag)
    element.text = "\n".join(map(visible, lines))


def _output(case: ET.Element, lines: Iterable[str]) -> None:
    text = "\n".join(map(visible, lines))
    if text:
        ET.SubElement(case, "system-out").text = text


def _line(finding: Finding) -> str:
    spared: Iterator[str] = iter((f" ({finding.spared})",) if finding.spared else ())
    return f"{finding.location}: {finding.severity}: {finding.message} [{finding.rule}]{''.join(spared)}"
