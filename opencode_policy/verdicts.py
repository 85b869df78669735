"""From what the rules said to how each requirement ended.

Silence is never success: a requirement is satisfied only when every static rule it names proved it for
every workspace it speaks of, nothing contradicts, and no other kind of check is still owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from opencode_policy.engine import Judgement, Judgements, Stamp
from opencode_policy.finding import Evidence, Finding, Gap, Status, Verdict
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Irrelevant, Proof, Unknown
from opencode_policy.policy.model import Requirement, Verification

_OWED: dict[Verification, str] = {
    "drill": "needs the manifests to run",
    "live": "needs a live cluster",
    "document": "needs a person to read it",
    "not-verifiable": "cannot be verified",
}


@dataclass(frozen=True, eq=False)
class Case:
    """All that is known when verdicts are drawn.

    `unread` are files that could not be read in full; `unseen` says what part of the manifests nobody
    asked to read, empty when there is none; `unsettled` is what the stages could not judge. `drills` are the
    rules that run the manifests, in a run in which they were to do so; they then decide what is verified by a
    drill.
    """

    stamp: Stamp
    said: Judgements
    findings: Sequence[Finding]
    unread: Sequence[str]
    disabled: frozenset[str]
    unseen: str = ""
    unsettled: Sequence[Gap] = ()
    drills: Sequence[str] = ()
    drills_alone: bool = False

    @cached_property
    def _said(self) -> Mapping[str, Sequence[Judgement]]:
        """What the rules said of each requirement."""
        found: dict[str, list[Judgement]] = {}
        for judgement in self.said.outcomes:
            for requirement in self.stamp.requirements_of(judgement):
                found.setdefault(requirement, []).append(judgement)
        return found

    @cached_property
    def _found(self) -> Mapping[str, Sequence[Finding]]:
        """The findings of each requirement."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            for requirement in finding.requirements:
                found.setdefault(requirement, []).append(finding)
        return found

    def verdict(self, requirement: Requirement) -> Verdict:
        """How one requirement ended, with its evidence and its findings."""
        findings = tuple(self._found.get(requirement.id, ()))
        evidence = tuple(dict.fromkeys(self._evidence(requirement)))
        status, reason = self._status(requirement, findings)
        return Verdict(requirement.id, requirement.title, status, reason, evidence, findings)

    def _status(self, requirement: Requirement, findings: Sequence[Finding]) -> tuple[Status, str]:
        open_ones = [item for item in findings if item.suppressed is None and item.severity != "info"]
        if open_ones:
            return "violated", ""
        if "nothing-to-check" in requirement.verified_by:
            return "not-applicable", requirement.reason
        waived = [item.suppressed for item in findings if item.suppressed is not None]
        if waived:
            return "not-checked", f"waived at {waived[0].location}: {waived[0].reason}"
        said = self._said.get(requirement.id, ())
        if self.drills and self.drills_alone:
            return "not-checked", self._drilled(requirement, said)
        gap = next(self._gaps(requirement, said), None)
        if gap is not None:
            return "not-checked", gap
        if said and all(isinstance(item.outcome, Irrelevant) for item in said):
            return "not-applicable", _reason(said[0])
        return self._owed(requirement)

    def _drilled(self, requirement: Requirement, said: Sequence[Judgement]) -> str:
        """How far drills alone came."""
        named = [name for name in self.drills if requirement.id in self.stamp.rules[name].requirements]
        for judgement in said:
            if isinstance(judgement.outcome, Unknown):
                return judgement.outcome.reason
        ran = {rule for rule, _ in self.said.asked}
        left = [name for name in named if name not in ran]
        if left:
            return f"the rule {left[0]} was not run"
        if not any(isinstance(item.outcome, Proof) for item in said):
            return "nothing of it was drilled"
        return "all that was drilled holds; `check --with-drill` judges the files as well"

    def _owed(self, requirement: Requirement) -> tuple[Status, str]:
        """What checks of another kind are still to do once the static ones are content."""
        done = ("static", "drill") if self._drills(requirement) else ("static",)
        owed = [kind for kind in requirement.verified_by if kind not in done]
        if not owed:
            return "satisfied", ""
        words = " and ".join(_OWED[kind] for kind in owed if kind in _OWED)
        return "not-checked", f"{words}: {requirement.reason}" if requirement.reason else words

    def _evidence(self, requirement: Requirement) -> Iterator[Evidence]:
        for judgement in self._said.get(requirement.id, ()):
            evidence = self.stamp.evidence(judgement)
            if evidence is not None:
                yield evidence

    def _gaps(self, requirement: Requirement, said: Sequence[Judgement]) -> Iterator[str]:
        """Reasons why the static rules did not prove the requirement, the gravest first."""
        rules = (*requirement.rules, *self._drills(requirement))
        for failure in self.said.failures:
            if failure.rule in rules:
                yield f"the rule {failure.rule} failed on {failure.subject}"
        for judgement in said:
            if isinstance(judgement.outcome, Unknown):
                yield judgement.outcome.reason
        yield from (gap.reason for gap in self.unsettled if requirement.id in gap.requirements)
        yield from self._unasked(requirement)
        yield from self._unproved(requirement, rules, said)
        if any(self.stamp.rules[rule].whole_tree for rule in rules):
            if self.unseen:
                yield self.unseen
            if self.unread:
                yield f"{self.unread[0]} could not be read in full"

    def _unasked(self, requirement: Requirement) -> Iterator[str]:
        own = requirement.workspace
        ran = {rule for rule, workspace in self.said.asked if own is None or workspace == own}
        yield from (f"the rule {rule} was not run" for rule in self._drills(requirement) if rule not in ran)
        for rule in requirement.rules:
            if rule in self.disabled:
                yield f"the policy switches the rule {rule} off"
            elif rule not in self.stamp.rules:
                yield f"the rule {rule} was not run"

    def _drills(self, requirement: Requirement) -> list[str]:
        """The drills of a run that speak of a requirement which takes one."""
        if "drill" not in requirement.verified_by:
            return []
        return [name for name in self.drills if requirement.id in self.stamp.rules[name].requirements]

    def _unproved(
        self, requirement: Requirement, rules: Sequence[str], said: Sequence[Judgement]
    ) -> Iterator[str]:
        spoken = {
            (item.rule, item.workspace) for item in said if isinstance(item.outcome, Proof | Irrelevant)
        }
        for rule, workspace in self.said.asked:
            concerns = self._concerns(requirement, rule, workspace)
            if rule in rules and concerns and (rule, workspace) not in spoken:
                subject = f" of {workspace}" if workspace else ""
                yield f"the rule {rule} found nothing{subject} to judge"

    def _concerns(self, requirement: Requirement, rule: str, workspace: str | None) -> bool:
        """Whether a requirement waits for what a rule says of a workspace, or of the whole tree.

        Of a rule that is asked about both, one workspace's requirement waits for its own answer alone.
        """
        own = requirement.workspace
        if own is None or workspace == own:
            return True
        return workspace is None and (rule, own) not in self.said.asked


def _reason(judgement: Judgement) -> str:
    return judgement.outcome.reason if isinstance(judgement.outcome, Irrelevant) else ""
