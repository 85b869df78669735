"""One finding in the terminal: what, where, the line itself, and what else belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.finding import Finding
from opencode_policy.location import Location, Related
from opencode_policy.report.excerpt import excerpt
from opencode_policy.report.options import Options
from opencode_policy.report.style import OF_SEVERITY, Style
from opencode_policy.report.view import View
from opencode_policy.report.visible import brief, visible, wrap
from opencode_policy.report.words import listed

_LEAST = 20
"""Cells a source line always gets, however narrow the terminal."""


class Block:
    """Lays out findings; `gutter` is the width of the line numbers of the block at hand."""

    def __init__(self, view: View, options: Options) -> None:
        self._view = view
        self._style = Style(options.colour)
        self._width = options.width

    def lines(self, finding: Finding, *, fix: str = "") -> Iterator[str]:
        """Lines of one finding; `fix` is the help of its rule, given where it is to be shown."""
        places = (finding.location, *(item.location for item in finding.related))
        gutter = max(len(str(place.line)) for place in places)
        yield self._head(finding)
        yield from self._place("-->", finding.location, gutter, "^", OF_SEVERITY[finding.severity])
        for related in finding.related:
            yield from self._related(related, gutter)
        yield from self._notes(finding, gutter, fix)

    def _head(self, finding: Finding) -> str:
        severity = self._style(finding.severity, OF_SEVERITY[finding.severity])
        rule = self._style(finding.rule, "bold")
        tags = f" {listed(finding.requirements)}" if finding.requirements else ""
        tags += f" ({brief(finding.spared)})" if finding.spared else ""
        return f"{severity}[{rule}]{tags}: {self._style(brief(finding.message), 'bold')}"

    def _place(
        self, arrow: str, location: Location, gutter: int, mark: str, colour: str, label: str = ""
    ) -> Iterator[str]:
        pad, style = " " * gutter, self._style
        yield f"{pad}{style(arrow, 'blue')} {visible(str(location))}"
        passage = self._view.passage(location)
        if passage is None or not passage.text.strip():
            if label:
                yield f"{pad} {style('=', 'blue')} {label}"
            return
        shown = excerpt(passage, max(self._width - gutter - 3, _LEAST))
        bar = style("|", "blue")
        number = style(str(passage.number).rjust(gutter), "blue")
        yield f"{pad} {bar}"
        yield f"{number} {bar} {shown.text}"
        underline = mark * shown.length + (f" {label}" if label else "")
        yield f"{pad} {bar} {' ' * shown.indent}{style(underline, colour)}"

    def _related(self, related: Related, gutter: int) -> Iterator[str]:
        yield from self._place(":::", related.location, gutter, "-", "blue", brief(related.message))

    def _notes(self, finding: Finding, gutter: int, fix: str) -> Iterator[str]:
        if finding.resource is not None:
            where = f" at {finding.pointer}" if finding.pointer else ""
            yield from self._note(gutter, "", f"{finding.resource}{where}")
        if finding.secret is not None and finding.secret.fingerprint:
            yield from self._note(gutter, "fingerprint: ", finding.secret.fingerprint)
        if fix:
            yield from self._note(gutter, "help: ", fix)

    def _note(self, gutter: int, label: str, text: str) -> Iterator[str]:
        lead = f"{' ' * gutter} {self._style('=', 'blue')} "
        room = self._width - gutter - 3 - len(label)
        for index, line in enumerate(wrap(text, max(room, _LEAST))):
            first = index == 0
            head = lead + self._style(label, "bold") if first else " " * (gutter + 3 + len(label))
            yield head + line
