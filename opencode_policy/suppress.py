"""Suppression comments: `# opencode-policy: ignore[rule-id] reason`.

A comment waives findings of that rule on its own line, or on the next line that is not a comment when
it stands alone. It must give a reason, name a known rule that may be waived, and waive something.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from opencode_policy.finding import Finding, Suppression
from opencode_policy.flood import Key, dammed
from opencode_policy.lean import dataclass, replace
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nearest import hint
from opencode_policy.nodes import Node, walk
from opencode_policy.parse import Parsed
from opencode_policy.rules.catalogue import RuleInfo
from opencode_policy.source import Source

_MARKER = "opencode-policy:"
_COMMENT = re.compile(
    r"#[ \t]*opencode-policy:"
    r"(?:[ \t]*ignore\[(?P<rules>[^]\n\r]{0,200})\][ \t]*(?P<reason>[^\n\r]*))?"
)
_PROSE = (".md", ".markdown", ".txt")
"""Files in which a # begins no comment."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One comment for one rule; `lines` are the lines whose findings it waives. No rule: no valid form."""

    rule: str
    reason: str
    location: Location
    lines: tuple[int, ...]


def waivers(sources: Mapping[str, Source], parsed: Mapping[str, Parsed]) -> list[Waiver]:
    """Every suppression comment of the tree; text inside a quoted or plain scalar is no comment."""
    found: list[Waiver] = []
    for path, source in sources.items():
        if _MARKER in source.text and not path.endswith(_PROSE):
            found += _of_source(source, parsed.get(path))
    return found


def _of_source(source: Source, parsed: Parsed | None) -> Iterator[Waiver]:
    inside = _scalar_spans(parsed)
    following = _next_code_lines(source)
    last, first_column = 0, 0
    for match in _COMMENT.finditer(source.text):
        if _is_inside(match.start(), inside):
            continue
        line, column = source.position(match.start())
        if line != last:
            last, first_column = line, _first_column(source.line(line))
        lines = (line, following[line]) if column == first_column else (line,)
        location = source.location(match.start(), match.end())
        for rule in (match["rules"] or "").split(","):
            yield Waiver(rule.strip(), (match["reason"] or "").strip(), location, lines)


def _first_column(line: str) -> int:
    """Column (from 1) of the first character that is not blank."""
    return len(line) - len(line.lstrip()) + 1


def _scalar_spans(parsed: Parsed | None) -> list[tuple[int, int]]:
    """Spans of scalars in which a # begins no comment; a block scalar may hold a script with comments."""
    roots: list[Node] = [item.root for item in parsed.documents if item.root] if parsed else []
    scalars = (node for root in roots for node in walk(root))
    return sorted(node.span for node in scalars if node.style not in ("|", ">"))


def _is_inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset lies behind the first character of a span; spans are sorted and do not overlap."""
    before = bisect_left(spans, (offset,))
    return before > 0 and offset < spans[before - 1][1]


def _next_code_lines(source: Source) -> list[int]:
    """For each line (from 1) the number of the next one that is neither blank nor a comment."""
    count = len(source.line_starts)
    found = [count + 1] * (count + 1)
    for line in range(count - 1, 0, -1):
        is_code = source.line(line + 1).lstrip()[:1] not in ("#", "")
        found[line] = line + 1 if is_code else found[line + 1]
    return found


def apply(
    findings: Sequence[Finding],
    found: Iterable[Waiver],
    catalogue: Mapping[str, RuleInfo],
    ran: Container[str],
    surplus: Counter[Key],
) -> tuple[list[Finding], list[Diagnostic]]:
    """Findings with the waived ones marked, and what is wrong with the comments themselves.

    `ran` are the rules that had the chance to find something; `surplus` counts complaints left out.
    """
    judged = [(_wrong(waiver, catalogue), waiver) for waiver in found]
    valid = [waiver for code, waiver in judged if not code]
    by_line: dict[tuple[str, str, int], Waiver] = {}
    for waiver in valid:
        for line in waiver.lines:
            by_line.setdefault((waiver.location.path, waiver.rule, line), waiver)
    used: set[Waiver] = set()
    marked = [_marked(finding, by_line, used) for finding in findings]
    unused = (item for item in valid if item not in used)
    wrong = [item for item in judged if item[0]]
    wrong += [("suppression-unused", item) for item in unused if _had_a_chance(item, catalogue, ran)]
    listed = dammed(wrong, lambda item: (item[1].location.path, item[0]), surplus)
    return marked, [
        Diagnostic(code, _words(code, waiver, catalogue), waiver.location) for code, waiver in listed
    ]


def _had_a_chance(waiver: Waiver, catalogue: Mapping[str, RuleInfo], ran: Container[str]) -> bool:
    """Whether findings of the rule were looked for; the checks of the stages always are."""
    return catalogue[waiver.rule].rule is None or waiver.rule in ran


def _wrong(waiver: Waiver, catalogue: Mapping[str, RuleInfo]) -> str:
    """Id of what is wrong with a comment, empty for a valid one."""
    info = catalogue.get(waiver.rule)
    if not waiver.rule:
        return "suppression-malformed"
    if info is None:
        return "suppression-unknown-rule"
    if not info.suppressible:
        return "suppression-forbidden"
    return "" if waiver.reason else "suppression-without-reason"


def _words(code: str, waiver: Waiver, catalogue: Mapping[str, RuleInfo]) -> str:
    if code == "suppression-malformed":
        return "the comment waives nothing; its form is `opencode-policy: ignore[rule-id] reason`"
    if code == "suppression-unknown-rule":
        return f"there is no rule '{waiver.rule}'{hint(waiver.rule, catalogue)}"
    if code == "suppression-forbidden":
        return f"findings of '{waiver.rule}' cannot be waived"
    if code == "suppression-without-reason":
        return f"the comment does not say why '{waiver.rule}' is waived"
    return f"the comment waives no finding of '{waiver.rule}'"


def _marked(finding: Finding, by_line: Mapping[tuple[str, str, int], Waiver], used: set[Waiver]) -> Finding:
    waiver = by_line.get((finding.location.path, finding.rule, finding.location.line))
    if waiver is None:
        return finding
    used.add(waiver)
    return replace(finding, suppressed=Suppression(waiver.reason, waiver.location))
