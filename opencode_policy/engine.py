"""Run the rules over a tree and stamp what they yield.

A rule says what and where; the engine adds id, severity, requirements and resource. A rule that raises
is reported by name and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from opencode_policy.concern import REQUIREMENT_OF, Concern
from opencode_policy.detect.fingerprint import Marker, without_key
from opencode_policy.finding import Evidence, Finding, RuleFailure, Severity
from opencode_policy.history import chain, unknown
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Related
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
from opencode_policy.resource import Field
from opencode_policy.rules.base import Rule
from opencode_policy.rules.stages import STAGE_RULES
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workspaces.standing import Standing, absence


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
    absent = {workspace.name: absence(workspace) for workspace in tree.workspaces}
    asked = list(rules)
    for rule in asked:
        if type(rule).check_workspace is not Rule.check_workspace:
            for workspace in tree.workspaces:
                reason = absent[workspace.name] if rule.needs_objects else None
                _ask(said, rule, workspace, reason)
        if type(rule).check_tree is not Rule.check_tree:
            _ask(said, rule, tree)
    said.outcomes += dict.fromkeys(_doubts(said, {rule.id: rule for rule in asked}, tree))
    return said


def _doubts(said: Judgements, rules: Mapping[str, Rule], tree: Tree) -> Iterator[Judgement]:
    """What keeps the proofs from holding: Flux may apply the objects otherwise, or not at all."""
    standing = Standing(tree)
    by_name = {workspace.name: standing.of_workspace(workspace) for workspace in tree.workspaces}
    every = [doubt for found in by_name.values() for doubt in found]
    for rule, name in said.asked:
        for doubt in (every if name is None else by_name[name]) if rules[rule].needs_objects else ():
            yield Judgement(rule, name, doubt)
    for item in said.outcomes:
        resource = resource_of(item.outcome.at) if isinstance(item.outcome, Proof) else None
        for doubt in standing.of_object(resource) if resource is not None else ():
            yield Judgement(
                item.rule, item.workspace, Unknown(doubt.reason, doubt.at, item.outcome.requirement)
            )


def _ask(said: Judgements, rule: Rule, subject: Tree | WorkspaceTree, absent: Unknown | None = None) -> None:
    """Put down what a rule says of a subject; `absent` is why there is nothing to ask about."""
    name = subject.name if isinstance(subject, WorkspaceTree) else None
    said.asked.append((rule.id, name))
    if absent is not None:
        said.outcomes.append(Judgement(rule.id, name, absent))
        return
    try:
        found = (
            rule.check_workspace(subject) if isinstance(subject, WorkspaceTree) else rule.check_tree(subject)
        )
        said.outcomes += [Judgement(rule.id, name, _known(rule, outcome)) for outcome in found]
    except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others
        where = _innermost(error)
        words = f"{type(error).__name__} at {where}"
        said.failures.append(RuleFailure(rule.id, name or "the tree", words))


def _known(rule: Rule, outcome: Outcome) -> Outcome:
    """A problem with a value that only the cluster knows is none: nobody can tell.

    What is wrong with a secret is wrong whatever its value.
    """
    if isinstance(outcome, Problem) and rule.security_severity is None and isinstance(outcome.at, Field):
        reason = unknown(outcome.at)
        if reason:
            return Unknown(reason, outcome.at, outcome.requirement)
    return outcome


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
    """What the engine knows and a rule does not: the policy's severities and requirements.

    `via` says of each Flux Kustomization, by name, where it stands.
    """

    rules: Mapping[str, Rule]
    severities: Mapping[str, Severity]
    requirements: Mapping[str, Requirement]
    via: Mapping[str, Related] = field(default_factory=dict)
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
            resource.written if resource else None,
            (*problem.related, *self._chain(problem)),
            getattr(problem.at, "pointer", ""),
            anchor=getattr(problem.at, "anchor", ""),
            flows=problem.flows,
            secret=self.mark(problem.found) if problem.found else None,
        )

    def _chain(self, problem: Problem) -> tuple[Related, ...]:
        """How the value came about that a problem points at."""
        if not isinstance(problem.at, Field):
            return ()
        shown = {location_of(problem.at), *(item.location for item in problem.related)}
        return chain(problem.at, self.via.get(problem.at.resource.applied_by or ""), shown)

    def evidence(self, judgement: Judgement) -> Evidence | None:
        """The evidence of a proof; None for any other outcome."""
        proof = judgement.outcome
        if not isinstance(proof, Proof):
            return None
        resource = resource_of(proof.at)
        return Evidence(
            judgement.rule, proof.message, location_of(proof.at), resource.written if resource else None
        )

    def requirements_of(self, judgement: Judgement) -> tuple[str, ...]:
        """IDs an outcome speaks of: the one it names, else the rule's that fit its workspace."""
        named, rule = judgement.outcome.requirement, self.rules[judgement.rule]
        tags = tags_of(rule.requirements if named is None else (named,), rule.concern)
        return tuple(tag for tag in dict.fromkeys(tags) if self._fits(tag, judgement.workspace))

    def _fits(self, tag: str, workspace: str | None) -> bool:
        requirement = self.requirements.get(tag)
        if requirement is None:
            return False
        return workspace is None or requirement.workspace in (None, workspace)


def tags_of(requirements: tuple[str, ...], concern: Concern | None) -> tuple[str, ...]:
    """Requirements of a policy, and the one that stands for a concern where there is no policy."""
    return (*requirements, REQUIREMENT_OF[concern]) if concern else requirements


def stage_finding(diagnostic: Diagnostic, known: Mapping[str, Requirement]) -> Finding:
    """The finding of what a stage before the rules found wrong."""
    stage = STAGE_RULES[diagnostic.code]
    return Finding(
        stage.id,
        tuple(tag for tag in tags_of(stage.requirements, stage.concern) if tag in known),
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
