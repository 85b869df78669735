"""Exemptions of the policy: findings of a rule about an object or below a path, waived until a day."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from opencode_policy.finding import Finding, Suppression
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nearest import hint
from opencode_policy.policy.exemption import Exemption
from opencode_policy.policy.model import Policy
from opencode_policy.rules.catalogue import RuleInfo


@dataclass(frozen=True, slots=True)
class _Placed:
    """An exemption and where it stands."""

    item: Exemption
    location: Location

    def covers(self, finding: Finding) -> bool:
        if finding.rule != self.item.rule:
            return False
        if self.item.resource is not None and str(finding.resource) != self.item.resource:
            return False
        path = self.item.path
        return path is None or finding.location.path == path or finding.location.path.startswith(f"{path}/")

    @property
    def waiver(self) -> Suppression:
        facts = (("owner", self.item.owner), ("issue", self.item.issue), ("until", self.item.until))
        details = tuple((name, value) for name, value in facts if value is not None)
        return Suppression(self.item.reason, self.location, "exemption", details)


def apply(
    findings: Sequence[Finding],
    policy: Policy,
    catalogue: Mapping[str, RuleInfo],
    ran: Container[str],
    today: date | None,
) -> tuple[list[Finding], list[Diagnostic]]:
    """Findings with the exempted ones marked, and what is wrong with the exemptions themselves.

    `ran` are the rules that had the chance to find something. Without a day nothing is waived: whether an
    exemption still holds is then unknown.
    """
    pairs = zip(policy.settings.exemptions, policy.exemption_places, strict=True)
    placed = [_Placed(item, location) for item, location in pairs]
    if not placed:
        return list(findings), []
    wrong = {item: _wrong(item, catalogue, today) for item in placed}
    valid = [item for item, words in wrong.items() if words is None]
    used: set[_Placed] = set()
    marked = [_marked(finding, valid, used) for finding in findings]
    said = [words for words in wrong.values() if words is not None]
    for item in valid:
        said += _about(item, item in used, catalogue, ran, today, policy.settings.exemption_notice_days)
    return marked, said


def _wrong(item: _Placed, catalogue: Mapping[str, RuleInfo], today: date | None) -> Diagnostic | None:
    """Why an exemption waives nothing."""
    rule, until = item.item.rule, item.item.until
    info = catalogue.get(rule)
    if info is None:
        message = f"there is no rule '{rule}'{hint(rule, catalogue)}"
        return Diagnostic("exemption-unknown-rule", message, item.location)
    if not info.suppressible:
        return Diagnostic("exemption-forbidden", f"findings of '{rule}' cannot be waived", item.location)
    if today is None:
        return Diagnostic("exemption-expired", "it is not known which day it is", item.location)
    if today > date.fromisoformat(until):
        message = f"the exemption from '{rule}' ended with {until}"
        return Diagnostic("exemption-expired", message, item.location)
    return None


def _about(
    item: _Placed,
    used: bool,
    catalogue: Mapping[str, RuleInfo],
    ran: Container[str],
    today: date | None,
    notice: int,
) -> Iterator[Diagnostic]:
    """What is to be said of an exemption that is valid."""
    rule, until = item.item.rule, item.item.until
    if not used and (catalogue[rule].rule is None or rule in ran):
        message = f"the exemption waives no finding of '{rule}'"
        yield Diagnostic("exemption-unused", message, item.location)
    elif today is not None and today + timedelta(days=notice) >= date.fromisoformat(until):
        message = f"the exemption from '{rule}' ends with {until}"
        yield Diagnostic("exemption-expiring", message, item.location)


def _marked(finding: Finding, valid: Sequence[_Placed], used: set[_Placed]) -> Finding:
    """The finding, waived by the first exemption that covers it; every one that does so is in use."""
    covering = [item for item in valid if item.covers(finding)]
    if not covering or finding.suppressed is not None:
        return finding
    used.update(covering)
    return replace(finding, suppressed=covering[0].waiver)
