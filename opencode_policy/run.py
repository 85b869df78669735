"""A whole check, from paths to a result: the one place that joins the stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from opencode_policy.detect.fingerprint import Marker, without_key
from opencode_policy.discover import Discovery
from opencode_policy.engine import Judgement, Judgements, Stamp, judge, stage_finding, tags_of, unknowns
from opencode_policy.expand.flux import via
from opencode_policy.finding import Finding, Gap, Result
from opencode_policy.flood import Key, dammed, words
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nearest import hint
from opencode_policy.outcome import Problem, location_of
from opencode_policy.policy.decode import decode_value
from opencode_policy.policy.general import waiting
from opencode_policy.policy.model import Policy
from opencode_policy.preparation import UsageError, must_exist, prepared, tree_of
from opencode_policy.redact import Redactor
from opencode_policy.resource import Field
from opencode_policy.rules.base import Rule
from opencode_policy.rules.catalogue import RuleInfo, catalogue, info_of
from opencode_policy.rules.table import broken_plugins
from opencode_policy.schemas.folder import folder as imported_schemas
from opencode_policy.secrets.tree_secrets import hide_secrets
from opencode_policy.source import Source
from opencode_policy.tree import Tree
from opencode_policy.unsettled import settled
from opencode_policy.verdicts import Case
from opencode_policy.waiving import enforcement
from opencode_policy.waiving.order import Terms, Waiving


class Supplement(Protocol):
    """A further kind of check of the same tree, whose rules run the manifests instead of reading them.

    With `alone` nothing else is checked, and only requirements that it speaks of are reported.
    """

    @property
    def alone(self) -> bool:
        """Whether the other rules stay off."""

    @property
    def rules(self) -> Mapping[str, type[Rule]]:
        """All its rules, by id."""

    def judge(self, tree: Tree) -> Judgements:
        """What those that ran have to say."""

    def gaps(self) -> Sequence[Gap]:
        """What the last run did otherwise than the real thing."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished check and what a report of it needs."""

    result: Result
    sources: Mapping[str, Source]
    policy: Policy
    catalogue: Mapping[str, RuleInfo]
    redactor: Redactor


def check(
    paths: Sequence[Path],
    *,
    policy_directory: Path | None = None,
    rules: Collection[str] | None = None,
    requirements: Collection[str] | None = None,
    schema_folders: Sequence[Path] = (),
    terms: Terms = Terms(),  # noqa: B008 - frozen
    staged: bool = False,
    mark: Callable[[Path], Marker] = lambda _: without_key,
    supplement: Supplement | None = None,
) -> Run:
    """Check the manifests below `paths` against the policy.

    `rules` and `requirements` restrict the check; None means all. `schema_folders` are looked through for
    schemas before those that the user has imported. With `staged` manifests and policy are those of git's
    index. `mark` makes the marks of secrets, given the root of the repository. `supplement` runs after the
    rules.

    Raises `UsageError` for a path, rule or requirement that does not exist, `PolicyError` for a policy that
    cannot be used and, if `staged`, `git.error.GitError` where git cannot tell.
    """
    for folder in schema_folders:
        must_exist(folder)
    ready = prepared(paths, policy_directory=policy_directory, staged=staged)
    policy, classes = ready.policy, ready.classes
    known = catalogue(classes)
    _lock_must_fit(policy, known)
    _must_be_known("rule", rules, known)
    _must_be_known("requirement", requirements, [item.id for item in policy.requirements])
    _must_not_wait(policy, classes, rules)
    if supplement is not None and supplement.alone:
        rules, requirements = (), _spoken_of(supplement, policy)
    choice = Choice.of(policy, classes, rules, requirements)
    where = (*schema_folders, imported_schemas())
    return evaluate(
        ready.found,
        ready.folders,
        policy,
        classes,
        choice,
        schema_folders=where,
        terms=terms,
        mark=mark(ready.root),
        supplement=supplement,
    )


def _spoken_of(supplement: Supplement, policy: Policy) -> list[str]:
    tags = {tag for rule in supplement.rules.values() for tag in rule.requirements}
    return [item.id for item in policy.requirements if item.id in tags]


def _lock_must_fit(policy: Policy, known: Mapping[str, RuleInfo]) -> None:
    """UsageError for a lock of rules that do not exist; a broken plugin may have brought them."""
    if policy.lock is not None and not broken_plugins():
        for words in enforcement.unknown(policy.lock, known):
            raise UsageError(f"the lock cannot be used: {words}; see `opencode-policy upgrade`")


def _must_be_known(kind: str, names: Collection[str] | None, known: Iterable[str]) -> None:
    valid = list(known)
    for name in names or ():
        if name not in valid:
            raise UsageError(f"there is no {kind} '{name}'{hint(name, valid)}")


def _must_not_wait(policy: Policy, classes: Mapping[str, type[Rule]], names: Collection[str] | None) -> None:
    """A rule that was asked for and needs a policy where there is none."""
    open_rules = set(waiting(classes)) if policy.general else set()
    for name in names or ():
        if name in open_rules:
            raise UsageError(
                f"the rule {name} compares with a policy, and there is none; name one: --policy DIR"
            )


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rules run, which are off, and which requirements are reported."""

    rules: frozenset[str]
    disabled: frozenset[str]
    requirements: frozenset[str]

    @classmethod
    def of(
        cls,
        policy: Policy,
        classes: Mapping[str, type[Rule]],
        rules: Collection[str] | None = None,
        requirements: Collection[str] | None = None,
    ) -> Choice:
        settings = policy.settings.rules
        disabled = frozenset(name for name, setting in settings.items() if not setting.enabled)
        wanted = set(classes) - disabled - set(policy.unready)
        wanted -= set(waiting(classes) if policy.general else ())
        if rules is not None:
            wanted &= set(rules)
        if requirements is not None:
            tags = {name: tags_of(classes[name].requirements, classes[name].concern) for name in wanted}
            wanted = {name for name in wanted if set(tags[name]) & set(requirements)}
        every = [item.id for item in policy.requirements]
        return cls(frozenset(wanted), disabled, frozenset(every if requirements is None else requirements))


def evaluate(
    found: Discovery,
    folders: Sequence[str],
    policy: Policy,
    classes: Mapping[str, type[Rule]],
    choice: Choice | None = None,
    *,
    schema_folders: Sequence[Path] = (),
    terms: Terms = Terms(),  # noqa: B008 - frozen
    mark: Marker = without_key,
    supplement: Supplement | None = None,
) -> Run:
    """Check sources that are already read; `folders` are those that hold manifests."""
    choice = choice or Choice.of(policy, classes)
    tree, diagnostics = tree_of(found, folders, policy, schema_folders=schema_folders)
    weighed = settled(tree, [*found.diagnostics, *diagnostics])
    asked = _asked(tree, policy, classes, choice, supplement)
    said, stamp = asked.said, _stamp(tree, policy, asked.rules, mark)
    surplus: Counter[Key] = Counter()
    unread = _unread(found, tree)
    unseen = _unseen(found, folders, policy.settings.scope.manifests)
    whole = not unseen and choice == Choice.of(policy, classes)
    waiving = Waiving(policy, asked.known, stamp, terms, whole)
    findings = _findings(weighed.findings, said, waiving, tree, surplus)
    drills, alone = tuple(supplement.rules if supplement else ()), not choice.rules
    case = Case(stamp, said, findings, unread, choice.disabled, unseen, weighed.gaps, drills, alone)
    verdicts = tuple(case.verdict(item) for item in policy.requirements if item.id in choice.requirements)
    shown = _shown(findings, choice, policy)
    general = (*_unlooked(found, unread), *words(surplus), *_waiting(policy, classes))
    beyond = (Gap(item.message, location=item.location) for item in dict.fromkeys(tree.unseen))
    gaps = (
        *_gaps(said, stamp),
        *beyond,
        *weighed.gaps,
        *enforcement.gaps(policy),
        *(supplement.gaps() if supplement else ()),
        *map(Gap, general),
    )
    result = Result(
        tuple(shown),
        verdicts,
        gaps,
        (*broken_plugins(), *said.failures),
        len(found.sources),
        len(tree.resources),
    )
    return Run(result, found.sources, policy, asked.known, _redactor(tree, said))


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules that were asked, those of a supplement among them, and what they said."""

    said: Judgements
    rules: Mapping[str, Rule]
    known: Mapping[str, RuleInfo]


def _asked(
    tree: Tree,
    policy: Policy,
    classes: Mapping[str, type[Rule]],
    choice: Choice,
    supplement: Supplement | None,
) -> Asked:
    known = catalogue(classes)
    rules = {name: _instance(classes[name], policy) for name in known if name in choice.rules}
    said = judge(rules.values(), tree)
    if supplement is None:
        return Asked(said, rules, known)
    _join(said, supplement.judge(tree))
    further = supplement.rules
    return Asked(
        said,
        {**rules, **{name: rule() for name, rule in further.items()}},
        {**known, **{name: info_of(rule) for name, rule in further.items()}},
    )


def _join(said: Judgements, further: Judgements) -> None:
    said.outcomes += further.outcomes
    said.asked += further.asked
    said.failures += further.failures


def _stamp(tree: Tree, policy: Policy, rules: Mapping[str, Rule], mark: Marker) -> Stamp:
    settings = policy.settings.rules
    severities = {name: setting.severity for name, setting in settings.items() if setting.severity}
    places = {flux.name: place for flux in tree.builds if (place := via(flux)) is not None}
    return Stamp(rules, severities, {item.id: item for item in policy.requirements}, places, mark)


def _redactor(tree: Tree, said: Judgements) -> Redactor:
    """Knows every secret of the tree, whichever rules were run, and every place a rule calls secret."""
    redactor = Redactor()
    hide_secrets(redactor, tree)
    for judgement in said.outcomes:
        outcome = judgement.outcome
        if isinstance(outcome, Problem) and outcome.secret:
            redactor.hide(location_of(outcome.at))
            redactor.add(outcome.at.text if isinstance(outcome.at, Field) else "")
    return redactor


def _instance(rule: type[Rule], policy: Policy) -> Rule:
    setting = policy.settings.rules.get(rule.id)
    given: Mapping[str, Any] = setting.parameters if setting else {}
    return rule(decode_value(rule.Parameters, given))


def _findings(
    staged: Sequence[Diagnostic], said: Judgements, waiving: Waiving, tree: Tree, surplus: Counter[Key]
) -> list[Finding]:
    """Findings of stages and rules, with the lock and all that waives them applied, in report order."""
    stamp = waiving.stamp
    staged = dammed(staged, _place_of_diagnostic, surplus)
    findings = [stage_finding(item, stamp.requirements) for item in staged]
    findings += [item for item in map(stamp.finding, said.outcomes) if item is not None]
    unique = sorted(dict.fromkeys(waiving.of(findings, tree, surplus)), key=lambda item: item.sort_key)
    return dammed(unique, lambda item: (item.location.path, item.rule), surplus)


def _place_of_diagnostic(item: Diagnostic) -> Key:
    return item.location.path, item.code


def _shown(findings: Sequence[Finding], choice: Choice, policy: Policy) -> list[Finding]:
    """Findings that were asked for: all of them, or those of the chosen requirements."""
    if len(choice.requirements) == len(policy.requirements):
        return list(findings)
    return [item for item in findings if set(item.requirements) & choice.requirements]


def _unread(found: Discovery, tree: Tree) -> list[str]:
    broken = {item.location.path for item in found.diagnostics if item.code.startswith("file-un")}
    broken |= {
        item.location.path for item in found.diagnostics if item.code in ("file-too-large", "file-not-utf8")
    }
    broken |= {path for path, parsed in tree.manifests.items() if not parsed.complete}
    return sorted(broken)


def _unseen(found: Discovery, folders: Sequence[str], manifests: str) -> str:
    """Why nobody may speak of every manifest, empty where one may."""
    whole = any(folder in (".", manifests) or manifests.startswith(f"{folder}/") for folder in folders)
    if not whole:
        return f"only {', '.join(folders)} was read and not all of {manifests}"
    below = (name == manifests or name.startswith(f"{manifests}/") for name in found.sources)
    return "" if manifests == "." or any(below) else f"there is no file below {manifests}"


def _unlooked(found: Discovery, unread: Sequence[str]) -> Iterator[str]:
    """Files whose content nobody saw, and the one line for all that hold no text."""
    for path in unread:
        yield f"{path} could not be read in full"
    if found.binaries:
        first, count = found.binaries[0], len(found.binaries)
        others = f" and {count - 1} more" if count > 1 else ""
        yield f"binary files are only searched for tokens and keys: {first}{others}"
    for path in found.submodules:
        yield f"{path} is a submodule, whose files belong to another repository"


def _waiting(policy: Policy, classes: Mapping[str, type[Rule]]) -> Iterator[str]:
    """The one line for all rules that nobody could ask."""
    count = len(waiting(classes)) if policy.general else 0
    if count:
        words = "the repository has no policy (policies/, or --policy DIR)"
        words = f"{words}: {count} rules that compare with one did not run"
        yield f"{words}, and no inventory names what the cluster has"


def _gaps(said: Judgements, stamp: Stamp) -> list[Gap]:
    """What the rules could not judge; a reason that several of them give at one place is said once."""
    found: dict[tuple[str, Location | None], list[Judgement]] = {}
    for judgement, outcome in unknowns(said.outcomes):
        place = location_of(outcome.at) if outcome.at is not None else None
        found.setdefault((outcome.reason, place), []).append(judgement)
    return [_gap(reason, place, given, stamp) for (reason, place), given in found.items()]


def _gap(reason: str, place: Location | None, given: Sequence[Judgement], stamp: Stamp) -> Gap:
    rules = {item.rule for item in given}
    tags = {tag for item in given for tag in stamp.requirements_of(item)}
    ordered = tuple(tag for tag in stamp.requirements if tag in tags)
    rest = tuple(sorted(tags.difference(ordered)))
    return Gap(reason, (*ordered, *rest), rules.pop() if len(rules) == 1 else None, place)
