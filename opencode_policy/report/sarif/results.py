"""Findings as results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from opencode_policy.finding import Finding
from opencode_policy.fingerprint import fingerprints
from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.report.sarif.fingerprint import Fingerprints
from opencode_policy.report.sarif.flows import code_flows
from opencode_policy.report.sarif.identity import Taxa
from opencode_policy.report.sarif.places import physical, shown
from opencode_policy.report.sarif.rules import LEVELS
from opencode_policy.report.sarif.types import Location, LogicalLocation, Result, Suppression
from opencode_policy.report.view import View
from opencode_policy.report.words import clipped, sentence, utf16_length
from opencode_policy.resource import ObjectId

MESSAGE = 2000
"""Longest message with its links, in UTF-16 units: GitLab drops a result beyond 2048 characters."""
_SENTENCE = 1000
_LINK = 200
RELATED = 100
"""Related locations that GitHub keeps."""

_FORGED_LINK = re.compile(r"\](?=\()")


@dataclass(slots=True)
class Results:
    """Makes the results of one run; `rules` maps a rule to its index, `proofs` are findings that none are.

    `snippets` and `relations` say whether there is room for the text at each place and for the others that
    explain it. `cut` counts related locations beyond those that GitHub keeps.
    """

    view: View
    rules: Mapping[str, int]
    taxa: Taxa
    with_suppressed: bool = False
    proofs: frozenset[Finding] = frozenset()
    snippets: bool = True
    relations: bool = True
    cut: int = 0
    _fingerprints: Fingerprints = field(init=False)

    def of(self, findings: Iterable[Finding]) -> list[Result]:
        """Results in the order of the findings."""
        every = list(findings)
        self._fingerprints = Fingerprints(self.view, fingerprints(every), {})
        return [self._proof(each) if each in self.proofs else self._result(each) for each in every]

    def _proof(self, finding: Finding) -> Result:
        """A place that shows a requirement to hold: nothing is wrong, so it has no level (3.27.10)."""
        result = self._result(finding)
        result["kind"] = "pass"
        result["level"] = "none"
        return result

    def _result(self, finding: Finding) -> Result:
        related = finding.related[:RELATED] if self.relations else ()
        self.cut += len(finding.related) - len(related)
        result: Result = {
            "ruleId": finding.rule,
            "ruleIndex": self.rules[finding.rule],
            "level": LEVELS[finding.severity],
            "message": {"text": _message(finding.message, related)},
            "locations": [self._location(finding)],
            "partialFingerprints": self._fingerprints.of(finding),
        }
        if related:
            result["relatedLocations"] = [self._related(item, at) for at, item in enumerate(related, 1)]
        if finding.flows:
            result["codeFlows"] = code_flows(self.view, finding.flows, _plain)
        taxa = self.taxa.references(finding.requirements)
        if taxa:
            result["taxa"] = taxa
        if self.with_suppressed:
            result["suppressions"] = self._suppressions(finding)
        if finding.spared:
            result["properties"] = {"spared": finding.spared}
        return result

    def _location(self, finding: Finding) -> Location:
        place = shown if self.snippets else physical
        location: Location = {"physicalLocation": place(self.view, finding.location)}
        if finding.resource is not None:
            location["logicalLocations"] = _logical(finding.resource, finding.pointer)
        return location

    def _related(self, related: Related, number: int) -> Location:
        return {
            "id": number,
            "physicalLocation": physical(self.view, related.location),
            "message": {"text": _plain(related.message)},
        }

    def _suppressions(self, finding: Finding) -> list[Suppression]:
        """All or none of the results of a run have this list (3.27.23), so it may be empty."""
        waiver = finding.suppressed
        if waiver is None:
            return []
        location: Location = {"physicalLocation": physical(self.view, waiver.location)}
        suppression: Suppression = {
            "kind": "inSource" if waiver.by == "comment" else "external",
            "status": "accepted",
            "justification": waiver.reason,
            "location": location,
        }
        if waiver.details:
            suppression["properties"] = dict(waiver.details)
        return [suppression]


def _message(message: str, related: Sequence[Related]) -> str:
    """The message with links to the related locations, which GitHub shows only where they are linked."""
    text = clipped(sentence(_plain(message)), _SENTENCE)
    links = ""
    for number, item in enumerate(related, 1):
        label = clipped(_plain(item.message).replace("[", "(").replace("]", ")"), _LINK)
        link = f"{', ' if links else ' See: '}[{label}]({number})"
        if utf16_length(text + links + link) >= MESSAGE:
            break
        links += link
    return f"{text}{links}." if links else text


def _plain(text: str) -> str:
    """Text of the tree without anything that SARIF would take for a link of its own (3.11.6)."""
    return _FORGED_LINK.sub("] ", text)


def _logical(resource: ObjectId, pointer: str) -> list[LogicalLocation]:
    """The object, and the field in it by its JSON pointer."""
    view = resource.view.replace(" ", "/")
    parts = (resource.api_version, resource.kind, resource.namespace, resource.name, view)
    name = "/".join(filter(None, parts))
    if pointer:
        return [{"fullyQualifiedName": f"{name}#{pointer}", "kind": "property"}]
    return [{"name": resource.name, "fullyQualifiedName": name, "kind": "resource"}]
