"""By what a consumer recognises a result in the next run."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.finding import Finding
from opencode_policy.lean import dataclass
from opencode_policy.report.sarif.line_hash import line_hashes
from opencode_policy.report.view import View

LINE = "primaryLocationLineHash"
"""GitHub's own key; it computes the hash itself where the key is missing."""

OBJECT = "opencodePolicyObjectPath/v1"
"""Our key: rule, object and field, whatever lines they stand on (see `opencode_policy.fingerprint`)."""

SECRET = "opencodePolicySecret/v1"  # noqa: S105
"""Equal for equal secrets of a repository, wherever they stand; made with a key that no report has."""


@dataclass(slots=True)
class Fingerprints:
    """Fingerprints of one run; `meanings` are ours, by finding."""

    view: View
    meanings: Mapping[Finding, str]
    _hashes: dict[str, list[str]]

    def of(self, finding: Finding) -> dict[str, str]:
        """Fingerprints of a finding; that of the line is missing where the file may not be hashed."""
        found = {OBJECT: self.meanings[finding]}
        hashes = self._lines(finding.location.path)
        if 1 <= finding.location.line <= len(hashes):
            found[LINE] = hashes[finding.location.line - 1]
        if finding.secret is not None and finding.secret.fingerprint:
            found[SECRET] = finding.secret.fingerprint
        return found

    def _lines(self, path: str) -> list[str]:
        if path not in self._hashes:
            text = self.view.hashable(path)
            self._hashes[path] = [] if text is None else line_hashes(text)
        return self._hashes[path]
