"""Findings in the order in which a reader who sees only the first few should have them."""

from __future__ import annotations

from collections.abc import Iterable

from opencode_policy.finding import SEVERITIES, Finding


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """What may fail the check before what may not, then by severity, then by place."""
    return sorted(
        findings, key=lambda item: (not item.decides, SEVERITIES.index(item.severity), item.sort_key)
    )
