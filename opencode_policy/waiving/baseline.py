"""The baseline: findings that were there when the check was introduced, keyed by meaning and not by line.

A file of JSON, one finding a line, sorted, so that two branches merge and a reviewer reads what leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from opencode_policy.finding import Finding, Suppression
from opencode_policy.fingerprint import meaning
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nodes import MappingNode, Node, SequenceNode
from opencode_policy.parse import parse
from opencode_policy.recognition import Known, known, matched
from opencode_policy.rules.catalogue import RuleInfo
from opencode_policy.scalars import to_python
from opencode_policy.source import Source

VERSION = 1
_KEYS = ("rule", "subject", "field", "message")
_REASON = "in the baseline"


class BaselineError(Exception):
    """A text that is no baseline; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Earlier findings and where each is listed."""

    entries: tuple[Known, ...]
    places: tuple[Location, ...]


def text_of(findings: Iterable[Finding], catalogue: Mapping[str, RuleInfo]) -> str:
    """The baseline of some findings, without those that may not be waived."""
    rows = sorted(known(item) for item in findings if catalogue[item.rule].suppressible)
    lines = ",\n".join(f"    {json.dumps(_entry(row), ensure_ascii=False)}" for row in rows)
    body = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'


def _entry(row: Known) -> dict[str, str]:
    return dict(zip(_KEYS, (*row[0], row[1]), strict=True))


def read(path: str, text: str) -> Baseline:
    """The baseline in a text; `path` is what messages call it. Raises BaselineError."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"it is not JSON: {error}") from error
    parsed = parse(Source(path, text))
    roots = [document.root for document in parsed.documents if document.root is not None]
    if parsed.diagnostics or len(roots) != 1:
        raise BaselineError(str(parsed.diagnostics[0].message) if parsed.diagnostics else "it is empty")
    return _checked(roots[0])


def _checked(root: Node) -> Baseline:
    value = to_python(root)
    if not isinstance(value, dict) or not isinstance(root, MappingNode):
        raise BaselineError("it is not an object")
    if value.get("version") is not VERSION:
        raise BaselineError(f"it has version {value.get('version')!r}, and only {VERSION} is known")
    listed = root.get("findings")
    if set(value) != {"version", "findings"} or not isinstance(listed, SequenceNode):
        raise BaselineError("it must have 'version' and a list of 'findings', and nothing else")
    return Baseline(tuple(map(_read, listed.items)), tuple(item.location for item in listed.items))


def _read(node: Node) -> Known:
    value = to_python(node)
    if not isinstance(value, dict) or set(value) != set(_KEYS):
        raise BaselineError(f"line {node.location.line}: a finding has {', '.join(_KEYS)}")
    texts = [item for item in (value[key] for key in _KEYS) if isinstance(item, str)]
    if len(texts) != len(_KEYS):
        raise BaselineError(f"line {node.location.line}: every value of a finding is a text")
    rule, subject, field, message = texts
    return (rule, subject, field), message


def apply(
    findings: Sequence[Finding], baseline: Baseline, catalogue: Mapping[str, RuleInfo], *, whole: bool
) -> tuple[list[Finding], list[Diagnostic]]:
    """Findings with those of the baseline marked, and what is wrong with the baseline.

    Only a check that saw everything (`whole`) can tell that a finding is there no more.
    """
    open_ones = [item for item in findings if item.counts and catalogue[item.rule].suppressible]
    found, left = matched(open_ones, baseline.entries)
    waivers = {item: Suppression(_REASON, baseline.places[at], "baseline") for item, at in found.items()}
    marked = [replace(item, suppressed=waivers[item]) if item in waivers else item for item in findings]
    forbidden = {meaning(item) for item in findings if not catalogue[item.rule].suppressible}
    said = [_complaint(baseline, at, forbidden) for at in sorted(left)]
    return marked, [item for item in said if whole or item.code == "baseline-forbidden"]


def _complaint(baseline: Baseline, at: int, forbidden: set[tuple[str, str, str]]) -> Diagnostic:
    (rule, subject, field), _ = baseline.entries[at]
    where = f"'{rule}' at {subject}{field}"
    if (rule, subject, field) in forbidden:
        message = f"the finding of {where} cannot be waived"
        return Diagnostic("baseline-forbidden", message, baseline.places[at])
    return Diagnostic("baseline-outdated", f"there is no finding of {where} any more", baseline.places[at])
