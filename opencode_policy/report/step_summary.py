"""The summary of a step in GitHub Actions, in GitHub's Markdown: requirements first, then the findings.

GitHub refuses the summary of a step beyond 1 MiB, all of it; what does not fit is counted instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from opencode_policy.finding import STATUSES, Finding, Status, Verdict
from opencode_policy.location import Location
from opencode_policy.report.markdown import code, escaped
from opencode_policy.report.options import Options
from opencode_policy.report.order import gravest_first
from opencode_policy.report.style import Style
from opencode_policy.report.summary import summary
from opencode_policy.report.view import View
from opencode_policy.report.visible import brief
from opencode_policy.report.words import counted, listed

LIMIT = 900 * 1024
"""Bytes of a summary; other tools of the same step may want the rest of the 1024 KiB."""

_REASON = 300
_MARKS: dict[Status, str] = {
    "violated": "❌ violated",
    "not-checked": "⚠️ not checked",
    "not-applicable": "➖ not applicable",
    "satisfied": "✅ satisfied",
}
_ORDER: tuple[Status, ...] = ("violated", "not-checked", "not-applicable", "satisfied")


def render(view: View, options: Options) -> str:
    """The summary, within `LIMIT` bytes."""
    head = ["### opencode-policy", "", *(f"- {line}" for line in summary(view.result, Style(enabled=False)))]
    head += [*_change(view), "", *_table(view.result.verdicts)]
    room = LIMIT - _size(head) - 1024
    parts = [*head, *_blocks(list(_findings(view, options)), room, "finding")]
    room = LIMIT - _size(parts) - 1024
    return "\n".join((*parts, *_blocks(list(_open(view)), room, "reason"))) + "\n"


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode(errors="replace")) + 1 for line in lines)


def _blocks(items: list[str], room: int, noun: str) -> Iterator[str]:
    """Items as long as there is room, and how many there is none for."""
    for at, item in enumerate(items):
        room -= _size([item])
        if room < 0:
            yield f"\n{counted(len(items) - at, f'more {noun}')}: see the log.\n"
            return
        yield item


def _change(view: View) -> Iterator[str]:
    change = view.result.change
    if change is not None:
        yield f"- Since {code(change.revision)}: breaks {listed(change.broken) or 'nothing'}, "
        yield f"  repairs {listed(change.repaired) or 'nothing'}"


def _table(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Every requirement in one row, the violated ones first."""
    found = sorted(verdicts, key=lambda verdict: _ORDER.index(verdict.status))
    if not found:
        return
    yield "| Requirement | Status | What must hold |"
    yield "| --- | --- | --- |"
    for verdict in found:
        yield f"| {escaped(verdict.id)} | {_MARKS[verdict.status]} | {escaped(brief(verdict.title))} |"
    yield ""


def _findings(view: View, options: Options) -> Iterator[str]:
    for finding in gravest_first(view.result.counting):
        yield _block(view, finding, options.links)


def _block(view: View, finding: Finding, links: str) -> str:
    """One finding: its line, and how to mend it under a fold."""
    tags = f" {listed(finding.requirements)}" if finding.requirements else ""
    spared = f" *({escaped(finding.spared)})*" if finding.spared else ""
    name = f"**{finding.severity}** {code(finding.rule)}{escaped(tags)}"
    head = f"{name}: {escaped(brief(finding.message))}{spared}"
    passage = view.passage(finding.location)
    lines = [head + "<br>", _link(finding.location, links)]
    lines += [f"<br>{code(brief(passage.text.strip()))}"] if passage and passage.text.strip() else []
    lines += [
        f"<br>↳ {_link(item.location, links)} {escaped(brief(item.message))}" for item in finding.related
    ]
    info = view.catalogue.get(finding.rule)
    lines += ["<details><summary>How to mend it</summary>", "", info.fix, "", "</details>"] if info else []
    return "\n".join((*lines, ""))


def _link(place: Location, links: str) -> str:
    """The place, as a link where the address of the tree is known."""
    if not links:
        return code(str(place))
    address = f"{links}/{quote(place.path, errors='surrogatepass')}#L{place.line}"
    return f"[{code(str(place))}]({address})"


def _open(view: View) -> Iterator[str]:
    """Why requirements are not satisfied although nothing breaks them."""
    rows = [verdict for verdict in view.result.verdicts if verdict.reason and verdict.status in STATUSES]
    if rows:
        yield "\n<details><summary>Why requirements are open</summary>\n"
        for verdict in rows:
            yield f"- {escaped(verdict.id)}: {escaped(verdict.reason[:_REASON])}"
        yield "\n</details>"
