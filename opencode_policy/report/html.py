"""The report as one page of HTML: no script, no file beside it, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy import __version__
from opencode_policy.finding import STATUSES, Result
from opencode_policy.report.html_parts import article, badge, listing, place, requirement, words
from opencode_policy.report.html_style import STYLE
from opencode_policy.report.options import Options
from opencode_policy.report.order import gravest_first
from opencode_policy.report.style import Style
from opencode_policy.report.summary import summary
from opencode_policy.report.view import View
from opencode_policy.report.words import counted, listed

_ALLOWED = "default-src 'none'; style-src 'unsafe-inline'"
_ORDER = ("violated", "not-checked", "not-applicable", "satisfied")


def render(view: View, options: Options) -> str:
    """The page; parts that would be empty are left out."""
    return "\n".join(filter(None, _page(view, options))) + "\n"


def _page(view: View, options: Options) -> Iterator[str]:
    title = _headline(view.result)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_ALLOWED}">'
    yield f"<title>opencode-policy: {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#requirements">Skip to the requirements</a>'
    yield f'<header>\n<h1>opencode-policy</h1>\n<p class="verdict">{title}</p>'
    yield from _counts(view.result)
    yield "</header>\n<main>"
    yield from _main(view, options)
    lines = summary(view.result, Style(enabled=False))
    yield f"</main>\n<footer><p>{words(lines[-1])}. opencode-policy {__version__}.</p></footer>"
    yield "</body>\n</html>"


def _headline(result: Result) -> str:
    violated = result.count("violated")
    if result.failures:
        return f"{counted(len(result.failures), 'rule')} failed; the report may be incomplete"
    if violated:
        verb = "is" if violated == 1 else "are"
        return f"{violated} of {counted(len(result.verdicts), 'requirement')} {verb} violated"
    errors = sum(finding.decides and finding.severity != "info" for finding in result.findings)
    return (
        f"{counted(errors, 'problem')}, no requirement violated" if errors else "No requirement is violated"
    )


def _counts(result: Result) -> Iterator[str]:
    """Requirements by status, as a bar and as words."""
    numbers = {status: result.count(status) for status in STATUSES}
    parts = (f'<span class="{name}" style="flex:{count}"></span>' for name, count in numbers.items() if count)
    yield f'<div class="bar" aria-hidden="true">{"".join(parts)}</div>'
    items = (
        f'<li><strong class="{name}">{count}</strong> {name.replace("-", " ")}</li>'
        for name, count in numbers.items()
    )
    yield f'<ul class="counts" aria-label="Requirements by status">{"".join(items)}</ul>'


def _main(view: View, options: Options) -> Iterator[str]:
    result, links = view.result, options.links
    findings = gravest_first(result.counting)
    numbers = {finding: number for number, finding in enumerate(findings, 1)}
    yield from _change(result)
    failed = (
        f"{words(item.rule)} raised on {words(item.subject)}: {words(item.error)}" for item in result.failures
    )
    yield from _section("Rules that failed", failed)
    if findings:
        yield '<section aria-labelledby="findings">\n<h2 id="findings">Findings</h2>'
        for finding in findings:
            yield from article(view, finding, links, numbers[finding])
        yield "</section>"
    yield '<section aria-labelledby="requirements">\n<h2 id="requirements">Requirements</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="requirements"><table>\n<thead><tr>'
    yield '<th scope="col">ID</th><th scope="col">Status</th><th scope="col">What must hold</th></tr></thead>'
    verdicts = sorted(result.verdicts, key=lambda verdict: _ORDER.index(verdict.status))
    yield "<tbody>" + "\n".join(requirement(verdict, numbers, links) for verdict in verdicts)
    yield "</tbody></table></div>\n</section>"
    yield from _section("Waived", _waived(result, links))
    yield from _section("Not checked", _gaps(result, links))


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    """A list under a heading, unless it would be empty."""
    found = list(items)
    if found:
        name = title.lower().replace(" ", "-")
        yield f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>'
        yield f"{listing(found)}\n</section>"


def _change(result: Result) -> Iterator[str]:
    change = result.change
    if change is not None:
        broken, repaired = (words(listed(ids)) or "nothing" for ids in (change.broken, change.repaired))
        yield from _section(
            "What this change does",
            (
                f"since <code>{words(change.revision)}</code>",
                f"{badge('violated')} {broken}",
                f"{badge('satisfied')} {repaired}",
            ),
        )


def _waived(result: Result, links: str) -> Iterator[str]:
    for finding in result.findings:
        if finding.suppressed is not None:
            waiver = finding.suppressed
            details = "".join(f", {words(name)} {words(value)}" for name, value in waiver.details)
            yield (
                f"{words(finding.rule)}: {words(finding.message)} {place(finding.location, links)}<br>"
                f"<span class='soft'>{waiver.by}: {words(waiver.reason)}{details}</span>"
            )


def _gaps(result: Result, links: str) -> Iterator[str]:
    for gap in result.gaps:
        where = f" {place(gap.location, links)}" if gap.location else ""
        tags = f" <span class='soft'>{words(listed(gap.requirements))}</span>" if gap.requirements else ""
        yield f"{words(gap.reason)}{where}{tags}"
