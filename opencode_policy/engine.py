"""Run the rules over a tree and stamp what they yield.

A rule says what and where; the engine adds id, severity, requirements and resource. A rule that raises
is reported by name and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from opencode_policy.detect.fingerprint import Marker, without_key
from opencode_policy.finding import Evidence, Finding, RuleFailure, Severity
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.outcome import (
    Irrelevant,
    Outcome,
    Problem,
    Proof,
    Unknown,
    location_of,
    resource_of,
)
from opencode_policy.policy.model import Requirement
from opencode_policy.rules.base import Rule
from opencode_policy.rules.stages import STAGE_RULES
from opencode_policy.tree import Tree, WorkspaceTree


@dataclass(frozen=True, slots=True)
class Judgement:
    """One outcome of a rule with the subject it was asked about: a workspace's name, or the tree."""

    rule: str
    workspace: str | None
    outcome: Outcome


@dataclass(slots=True)
class Judgements:
    """Everything the rules said. `asked` lists each (rule, workspace) that was run."""

    outcomes: list[Judgement] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    failures: list[RuleFailure] = field(default_factory=list)


def judge(rules: Iterable[Rule], tree: Tree) -> Judgements:
    """Ask every rule about every workspace and about the tree, as far as it has something to say."""
    said = Judgements()
    for rule in rules:
        if type(rule).check_workspace is not Rule.check_workspace:
            for workspace in tree.workspaces:
                _ask(said, rule, workspace)
        if type(rule).check_tree is not Rule.check_tree:
            _ask(said, rule, tree)
    return said


def _ask(said: Judgements, rule: Rule, subject: Tree | WorkspaceTree) -> None:
    name = subject.name if isinstance(subject, WorkspaceTree) else None
    said.asked.append((rule.id, name))
    try:
        found = (
            rule.check_workspace(subject) if isinstance(subject, WorkspaceTree) else rule.check_tree(subject)
        )
        said.outcomes += [Judgement(rule.id, name, outcome) for outcome in found]
    except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others
        where = _innermost(error)
        words = f"{type(error).__name__} at {where}"
        said.failures.append(RuleFailure(rule.id, name or "the tree", words))


def _innermost(error: BaseException) -> str:
    """File and line of the raise; the message stays out, it may quote what must not be shown."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "an unknown place"
    name = traceback.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{traceback.tb_lineno}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the engine knows and a rule does not: the policy's severities and requirements."""

    rules: Mapping[str, Rule]
    severities: Mapping[str, Severity]
    requirements: Mapping[str, Requirement]
    mark: Marker = without_key

    def finding(self, judgement: Judgement) -> Finding | None:
        """The finding of a problem; None for any other outcome."""
        problem = judgement.outcome
        if not isinstance(problem, Problem):
            return None
        rule = self.rules[judgement.rule]
        severity: Severity = self.severities.get(rule.id, rule.severity)
        if problem.severity in ("warning", "info"):
            severity = problem.severity  # type: ignore[assignment]
        resource = resource_of(problem.at)
        return Finding(
            rule.id,
            self.requirements_of(judgement),
            severity,
            problem.message,
            location_of(problem.at),
            resource.id if resource else None,
            problem.related,
            getattr(problem.at, "pointer", ""),
            anchor=getattr(problem.at, "anchor", ""),
            flows=problem.flows,
            secret=self.mark(problem.found) if problem.found else None,
        )

    def evidence(self, judgement: Judgement) -> Evidence | None:
        """The evidence of a proof; None for any other outcome."""
        proof = judgement.outcome
        if not isinstance(proof, Proof):
            return None
        resource = resource_of(proof.at)
        return Evidence(
            judgement.rule, proof.message, location_of(proof.at), resource.id if resource else None
        )

    def requirements_of(self, judgement: Judgement) -> tuple[str, ...]:
        """IDs an outcome speaks of: the one it names, else the rule's that fit its workspace."""
        named = judgement.outcome.requirement
        if named is not None:
            return (named,)
        tags = self.rules[judgement.rule].requirements
        return tuple(tag for tag in tags if self._fits(tag, judgement.workspace))

    def _fits(self, tag: str, workspace: str | None) -> bool:
        requirement = self.requirements.get(tag)
        if requirement is None:
            return False
        return workspace is None or requirement.workspace in (None, workspace)


def stage_finding(diagnostic: Diagnostic, known: Mapping[str, Requirement]) -> Finding:
    """The finding of what a stage before the rules found wrong."""
    stage = STAGE_RULES[diagnostic.code]
    return Finding(
        stage.id,
        tuple(tag for tag in stage.requirements if tag in known),
        stage.severity,
        diagnostic.message,
        diagnostic.location,
        None,
        diagnostic.related,
    )


def unknowns(judgements: Iterable[Judgement]) -> Iterator[tuple[Judgement, Unknown]]:
    """What rules could not judge."""
    for judgement in judgements:
        if isinstance(judgement.outcome, Unknown):
            yield judgement, judgement.outcome


def irrelevant(judgements: Iterable[Judgement]) -> Iterator[tuple[Judgement, Irrelevant]]:
    """What does not apply."""
    for judgement in judgements:
        if isinstance(judgement.outcome, Irrelevant):
            yield judgement, judgement.outcome
