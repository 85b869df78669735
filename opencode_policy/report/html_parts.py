"""Parts of the HTML report. Every text passes through `words`, so nothing of the tree becomes markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

from opencode_policy.finding import Finding, Verdict
from opencode_policy.location import Location, Related
from opencode_policy.report.view import Passage, View
from opencode_policy.report.visible import brief, visible

_CONTEXT = 300
"""Characters of a line that are shown around what is marked."""


def words(text: str) -> str:
    """A text as HTML shows it, letter by letter; a very long one is cut."""
    return escape(brief(text))


def badge(kind: str) -> str:
    """A status or a severity: a word in its colour, so that colour alone tells nothing."""
    return f'<span class="badge {kind}">{kind.replace("-", " ")}</span>'


def place(location: Location, links: str) -> str:
    """Where something stands, as a link where the address of the tree is known."""
    shown = f"<code>{words(str(location))}</code>"
    if not links:
        return shown
    address = f"{links}/{quote(location.path, errors='surrogatepass')}#L{location.line}"
    return f'<a href="{escape(address)}">{shown}</a>'


def excerpt(passage: Passage | None) -> str:
    """The line with what is meant marked; empty for a line that nobody read."""
    if passage is None or not passage.text.strip():
        return ""
    indent = len(passage.text) - len(passage.text.lstrip())
    start = max(min(indent, passage.start), passage.start - _CONTEXT)
    before, marked, after = (
        escape(visible(part))
        for part in (
            passage.text[start : passage.start],
            passage.text[passage.start : passage.end],
            passage.text[passage.end : passage.end + _CONTEXT],
        )
    )
    return f'<pre tabindex="0"><code>{before}<mark>{marked}</mark>{after}</code></pre>'


def article(view: View, finding: Finding, links: str, number: int) -> Iterator[str]:
    """One finding."""
    yield f'<article class="{finding.severity}" id="finding-{number}">'
    yield f"<h3>{badge(finding.severity)} {words(finding.message)}</h3>"
    tags = ", ".join(finding.requirements)
    yield f'<p class="place">{place(finding.location, links)}</p>'
    yield excerpt(view.passage(finding.location))
    if finding.related:
        yield f'<ul class="plain">{"".join(_related(view, item, links) for item in finding.related)}</ul>'
    yield f'<p class="soft">{" · ".join(filter(None, (finding.rule, tags, _about(finding))))}</p>'
    info = view.catalogue.get(finding.rule)
    if info is not None:
        yield f"<details><summary>How to mend it, and why</summary><p>{words(info.fix)}</p>"
        yield f'<p class="soft">{words(info.why)}</p></details>'
    yield "</article>"


def _about(finding: Finding) -> str:
    object_ = f"{finding.resource} {finding.pointer}" if finding.resource else ""
    spared = f"<strong>{words(finding.spared)}</strong>" if finding.spared else ""
    return " · ".join(filter(None, (words(object_.strip()), spared)))


def _related(view: View, item: Related, links: str) -> str:
    shown = excerpt(view.passage(item.location))
    return f"<li>{words(item.message)}: {place(item.location, links)}{shown}</li>"


def requirement(verdict: Verdict, numbers: dict[Finding, int], links: str) -> str:
    """A row of the table: what it is, how it ended, and what shows it."""
    return (
        f'<tr><th scope="row">{words(verdict.id)}</th><td class="status">{badge(verdict.status)}</td>'
        f"<td><p>{words(verdict.title)}</p>{''.join(_grounds(verdict, numbers, links))}</td></tr>"
    )


def _grounds(verdict: Verdict, numbers: dict[Finding, int], links: str) -> Iterator[str]:
    counting = [finding for finding in verdict.findings if finding in numbers]
    if counting:
        yield listing(
            f'<a href="#finding-{numbers[finding]}">{words(finding.message)}</a>' for finding in counting
        )
    if verdict.reason:
        yield f'<p class="soft">{words(verdict.reason)}</p>'
    if verdict.evidence:
        proofs = (
            f"{words(item.message)} <span class='place'>{place(item.location, links)}</span>"
            for item in verdict.evidence
        )
        yield f"<details><summary>Evidence ({len(verdict.evidence)})</summary>{listing(proofs)}</details>"


def listing(items: Iterable[str]) -> str:
    """A list of items that are HTML already."""
    return f'<ul class="plain">{"".join(f"<li>{item}</li>" for item in items)}</ul>'
