"""Which findings may fail a check, by the lock of the policy: a later release makes no check fail alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from opencode_policy.finding import SEVERITIES, Finding, Gap, Severity
from opencode_policy.nearest import hint
from opencode_policy.policy.model import LockFile, Policy
from opencode_policy.rules.catalogue import RuleInfo

NEW = "its rule is not in the lock"


def enforced(
    findings: Iterable[Finding], policy: Policy, catalogue: Mapping[str, RuleInfo], today: date | None
) -> list[Finding]:
    """Findings with the severities of the lock, and spared where their rule is not in force yet.

    Without a day every rule of the lock is in force.
    """
    lock = policy.lock
    if lock is None:
        return list(findings)
    return [_judged(finding, lock, policy, catalogue, today) for finding in findings]


def _judged(
    finding: Finding, lock: LockFile, policy: Policy, catalogue: Mapping[str, RuleInfo], today: date | None
) -> Finding:
    locked = lock.rules.get(finding.rule)
    if locked is None:
        return replace(finding, spared=NEW)
    first = locked.effective_from
    spared = f"its rule is in force from {first}" if first and today and today.isoformat() < first else ""
    setting = policy.settings.rules.get(finding.rule)
    if setting is not None and setting.severity is not None:
        return replace(finding, spared=spared)
    own = catalogue[finding.rule].severity
    return replace(finding, spared=spared, severity=_severity(finding.severity, own, locked.severity))


def _severity(found: Severity, own: Severity, locked: Severity) -> Severity:
    """The locked severity; a finding that its rule made lighter than usual stays at least as light."""
    return locked if found == own else max(found, locked, key=SEVERITIES.index)


def unknown(lock: LockFile, catalogue: Mapping[str, RuleInfo]) -> Iterator[str]:
    """What is wrong with rules of the lock that do not exist."""
    for name in lock.rules:
        if name not in catalogue:
            yield f"there is no rule '{name}'{hint(name, catalogue)}"


def gaps(policy: Policy) -> Iterator[Gap]:
    """Rules that were not run because the policy is not made for them."""
    for name in policy.unready:
        yield Gap(f"the rule {name} is new and the policy has nothing for it", rule=name)
