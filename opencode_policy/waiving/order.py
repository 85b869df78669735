"""Everything that waives a finding, in order: comments, exemptions of the policy, the baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from opencode_policy import suppress
from opencode_policy.engine import Stamp, stage_finding
from opencode_policy.finding import Finding
from opencode_policy.flood import Key
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.policy.model import Policy
from opencode_policy.rules.catalogue import RuleInfo
from opencode_policy.tree import Tree
from opencode_policy.waiving import baseline, enforcement, exemptions


@dataclass(frozen=True, slots=True)
class Terms:
    """What a check is told from outside: the day, and what was there before. The pipe has no clock."""

    today: date | None = None
    baseline: baseline.Baseline | None = None


@dataclass(frozen=True, slots=True)
class Waiving:
    """Waives the findings of one run; `whole` says that it saw everything there is."""

    policy: Policy
    catalogue: Mapping[str, RuleInfo]
    stamp: Stamp
    terms: Terms
    whole: bool

    def of(self, findings: Sequence[Finding], tree: Tree, surplus: Counter[Key]) -> list[Finding]:
        """The findings, and those about what waives them. The lock has the last word on each."""
        ran, today = self.stamp.rules, self.terms.today
        waivers = suppress.waivers(tree.sources, tree.manifests)
        marked, wrong = suppress.apply(findings, waivers, self.catalogue, ran, surplus)
        marked, more = exemptions.apply(marked, self.policy, self.catalogue, ran, today)
        marked += self._findings([*wrong, *more])
        if self.terms.baseline is not None:
            marked, more = baseline.apply(marked, self.terms.baseline, self.catalogue, whole=self.whole)
            marked += self._findings(more)
        return enforcement.enforced(marked, self.policy, self.catalogue, today)

    def _findings(self, diagnostics: Sequence[Diagnostic]) -> list[Finding]:
        return [stage_finding(item, self.stamp.requirements) for item in diagnostics]
