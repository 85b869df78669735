"""Which findings were there before, by what they mean and not by where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from opencode_policy.finding import Finding, Result, Verdict
from opencode_policy.fingerprint import Meaning, meaning

Known = tuple[Meaning, str]
"""What a finding meant, and its words."""


def known(finding: Finding) -> Known:
    """By what a finding is recognised."""
    return meaning(finding), finding.message


def matched(findings: Sequence[Finding], before: Iterable[Known]) -> tuple[dict[Finding, int], set[int]]:
    """Index of the earlier one for each finding that is recognised, and indices that nothing matched.

    An earlier one is matched once. The same words go first; then the same meaning with other words, as a
    message may quote a value that has changed, or be worded anew by a later release.
    """
    earlier = list(before)
    found: dict[Finding, int] = {}
    left = set(range(len(earlier)))
    _match(findings, earlier, found, left, lambda item: item)
    _match(findings, earlier, found, left, lambda item: item[0])
    return found, left


def _match(
    findings: Sequence[Finding],
    earlier: Sequence[Known],
    found: dict[Finding, int],
    left: set[int],
    key: Callable[[Known], object],
) -> None:
    places: dict[object, list[int]] = {}
    for index in sorted(left, reverse=True):
        places.setdefault(key(earlier[index]), []).append(index)
    for finding in findings:
        candidates = places.get(key(known(finding)))
        if finding not in found and candidates:
            found[finding] = candidates.pop()
            left.discard(found[finding])


def replaced(result: Result, change: Callable[[Finding], Finding]) -> Result:
    """The result with every finding changed, in the verdicts as well."""
    made = {item: change(item) for item in _every(result)}
    verdicts = tuple(_with(verdict, made) for verdict in result.verdicts)
    return replace(result, findings=tuple(made[item] for item in result.findings), verdicts=verdicts)


def _every(result: Result) -> Counter[Finding]:
    return Counter((*result.findings, *(item for verdict in result.verdicts for item in verdict.findings)))


def _with(verdict: Verdict, made: dict[Finding, Finding]) -> Verdict:
    return replace(verdict, findings=tuple(made[item] for item in verdict.findings))
