"""What a finding means, whatever line it stands on: by this it is recognised in the next run.

The meaning is the rule, the object (or the file, for a finding about none) and the field in it, whose list
items go by name. Lines, formatting, order and the file an object stands in are no part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from opencode_policy.finding import Finding

Meaning = tuple[str, str, str]
"""Rule, subject and field."""


def meaning(finding: Finding) -> Meaning:
    """What a finding means."""
    return finding.rule, subject(finding), finding.anchor or finding.pointer


def subject(finding: Finding) -> str:
    """The object as `apiVersion/Kind/namespace/name`, a view with its kind; else the path of the file."""
    identity = finding.resource
    if identity is None:
        return finding.location.path
    view = (identity.view,) if identity.view else ()
    return "/".join((identity.api_version, identity.kind, identity.namespace, identity.name, *view))


def fingerprints(findings: Iterable[Finding]) -> dict[Finding, str]:
    """A hash of each meaning, and a number that tells findings of one meaning apart.

    They are numbered by their words and only then by place, so that lines which move leave them alone.
    """
    seen: Counter[Meaning] = Counter()
    found: dict[Finding, str] = {}
    for finding in sorted(findings, key=lambda item: (item.message, item.sort_key)):
        key = meaning(finding)
        seen[key] += 1
        found[finding] = f"{_digest(key)}:{seen[key]}"
    return found


def _digest(key: Meaning) -> str:
    import hashlib

    return hashlib.sha256("\0".join(key).encode(errors="surrogatepass")).hexdigest()
