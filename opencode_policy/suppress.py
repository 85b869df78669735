"""Suppression comments: `# opencode-policy: ignore[rule-id] reason`.

A comment waives findings of that rule on its own line, or on the next line that is not a comment when
it stands alone. It must give a reason, name a known rule that may be waived, and waive something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from opencode_policy.finding import Finding, Suppression
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nearest import hint
from opencode_policy.nodes import Node, ScalarNode, walk
from opencode_policy.parse import Parsed
from opencode_policy.rules.catalogue import RuleInfo
from opencode_policy.source import Source

_MARKER = "opencode-policy:"
_COMMENT = re.compile(r"#\s*opencode-policy:\s*ignore\[(?P<rules>[^]\n]*)\][ \t]*(?P<reason>[^\n\r]*)")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One comment for one rule; `lines` are the lines whose findings it waives."""

    rule: str
    reason: str
    location: Location
    lines: tuple[int, ...]


def waivers(sources: Mapping[str, Source], parsed: Mapping[str, Parsed]) -> list[Waiver]:
    """Every suppression comment of the tree; text inside a quoted or plain scalar is no comment."""
    found: list[Waiver] = []
    for path, source in sources.items():
        if _MARKER in source.text:
            found += _of_source(source, parsed.get(path))
    return found


def _of_source(source: Source, parsed: Parsed | None) -> Iterator[Waiver]:
    inside = _scalar_spans(parsed)
    for match in _COMMENT.finditer(source.text):
        if any(start < match.start() < end for start, end in inside):
            continue
        line, column = source.position(match.start())
        alone = not source.line(line)[: column - 1].strip()
        lines = (line, _next_code_line(source, line)) if alone else (line,)
        location = source.location(match.start(), match.end())
        for rule in match["rules"].split(","):
            yield Waiver(rule.strip(), match["reason"].strip(), location, lines)


def _scalar_spans(parsed: Parsed | None) -> list[tuple[int, int]]:
    """Spans of scalars in which a # begins no comment; a block scalar may hold a script with comments."""
    roots: list[Node] = [item.root for item in parsed.documents if item.root] if parsed else []
    return [
        node.span
        for root in roots
        for node in walk(root)
        if isinstance(node, ScalarNode) and node.style not in ("|", ">")
    ]


def _next_code_line(source: Source, line: int) -> int:
    following = line + 1
    while following <= len(source.line_starts) and source.line(following).lstrip()[:1] in ("#", ""):
        following += 1
    return following


def apply(
    findings: Sequence[Finding], found: Sequence[Waiver], catalogue: Mapping[str, RuleInfo]
) -> tuple[list[Finding], list[Diagnostic]]:
    """Findings with the waived ones marked, and what is wrong with the comments themselves."""
    diagnostics: list[Diagnostic] = []
    valid: list[Waiver] = []
    for waiver in found:
        wrong = _wrong(waiver, catalogue)
        if wrong is None:
            valid.append(waiver)
        else:
            diagnostics.append(wrong)
    used: set[Waiver] = set()
    marked = [_marked(finding, valid, used) for finding in findings]
    for waiver in valid:
        if waiver not in used:
            message = f"the comment waives no finding of '{waiver.rule}'"
            diagnostics.append(Diagnostic("suppression-unused", message, waiver.location))
    return marked, diagnostics


def _wrong(waiver: Waiver, catalogue: Mapping[str, RuleInfo]) -> Diagnostic | None:
    info = catalogue.get(waiver.rule)
    if info is None:
        code, message = (
            "suppression-unknown-rule",
            f"there is no rule '{waiver.rule}'{hint(waiver.rule, catalogue)}",
        )
    elif not info.suppressible:
        code, message = "suppression-forbidden", f"findings of '{waiver.rule}' cannot be waived"
    elif not waiver.reason:
        code, message = (
            "suppression-without-reason",
            f"the comment does not say why '{waiver.rule}' is waived",
        )
    else:
        return None
    return Diagnostic(code, message, waiver.location)


def _marked(finding: Finding, valid: Sequence[Waiver], used: set[Waiver]) -> Finding:
    for waiver in valid:
        same_file = waiver.location.path == finding.location.path
        if same_file and waiver.rule == finding.rule and finding.location.line in waiver.lines:
            used.add(waiver)
            return replace(finding, suppressed=Suppression(waiver.reason, waiver.location))
    return finding
