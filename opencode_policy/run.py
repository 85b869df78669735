"""A whole check, from paths to a result: the one place that joins the stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from opencode_policy import suppress
from opencode_policy.discover import Discovery, discover, find_root, reason
from opencode_policy.engine import Judgements, Stamp, judge, stage_finding, unknowns
from opencode_policy.finding import Finding, Gap, Result
from opencode_policy.flood import Key, dammed, words
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.nearest import hint, nearest
from opencode_policy.outcome import Problem, location_of
from opencode_policy.pipeline import build_tree
from opencode_policy.policy.decode import decode_value
from opencode_policy.policy.load import find_policy, load_policy
from opencode_policy.policy.model import Policy
from opencode_policy.redact import Redactor
from opencode_policy.resource import Field
from opencode_policy.rules.base import Rule
from opencode_policy.rules.catalogue import RuleInfo, catalogue, info_of
from opencode_policy.rules.table import broken_plugins, load_rules
from opencode_policy.schemas.folder import folder
from opencode_policy.secrets.tree_secrets import hide_secrets
from opencode_policy.source import Source
from opencode_policy.tree import Tree
from opencode_policy.verdicts import Case


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


class UsageError(Exception):
    """A path or a name that the caller gave and that does not exist; the text is for a person."""


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
    supplement: Supplement | None = None,
) -> Run:
    """Check the manifests below `paths` against the policy.

    `rules` and `requirements` restrict the check; None means all. `schema_folders` are looked through for
    schemas before those that the user has imported. `supplement` runs after the rules. Raises `UsageError`
    for a path, rule or requirement that does not exist and `PolicyError` for a policy that cannot be used.
    """
    for path in (*paths, *schema_folders):
        _must_exist(path)
    root = _common_root(paths)
    classes = load_rules()
    policy = load_policy(
        find_policy(policy_directory, root), classes, root=root, incomplete=bool(broken_plugins())
    )
    known = catalogue(classes)
    _must_be_known("rule", rules, known)
    _must_be_known("requirement", requirements, [item.id for item in policy.requirements])
    if supplement is not None and supplement.alone:
        rules, requirements = (), _spoken_of(supplement, policy)
    found = discover(paths, root, policy.settings.scope.committed)
    manifests = policy.settings.scope.manifests
    folders = [_manifests(_folder(path, root), root, manifests) for path in paths]
    choice = Choice.of(policy, classes, rules, requirements)
    schema_folders = (*schema_folders, folder())
    return evaluate(
        found, folders, policy, classes, choice, schema_folders=schema_folders, supplement=supplement
    )


def _spoken_of(supplement: Supplement, policy: Policy) -> list[str]:
    tags = {tag for rule in supplement.rules.values() for tag in rule.requirements}
    return [item.id for item in policy.requirements if item.id in tags]


def _must_exist(path: Path) -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        close = nearest(path.name, _names_beside(path))
        near = f"; did you mean '{path.parent / close}'?" if close else ""
        raise UsageError(f"there is no file or folder '{path}'{near}") from error
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {reason(error)}") from error


def _names_beside(path: Path) -> list[str]:
    try:
        return [item.name for item in path.parent.iterdir()]
    except OSError:
        return []


def _common_root(paths: Sequence[Path]) -> Path:
    """Root of the repository that all paths lie in; UsageError where there is no such."""
    root = find_root(paths[0])
    for path in paths[1:]:
        if not path.absolute().is_relative_to(root):
            raise UsageError(f"'{path}' lies outside of '{root}', where '{paths[0]}' belongs")
    return root


def _must_be_known(kind: str, names: Collection[str] | None, known: Iterable[str]) -> None:
    valid = list(known)
    for name in names or ():
        if name not in valid:
            raise UsageError(f"there is no {kind} '{name}'{hint(name, valid)}")


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
        wanted = set(classes) - disabled
        if rules is not None:
            wanted &= set(rules)
        if requirements is not None:
            wanted &= {name for name in wanted if set(classes[name].requirements) & set(requirements)}
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
    supplement: Supplement | None = None,
) -> Run:
    """Check sources that are already read; `folders` are those that hold manifests."""
    choice = choice or Choice.of(policy, classes)
    tree, diagnostics = build_tree(
        found.sources,
        policy,
        folders=folders,
        links=found.links,
        missing=found.missing,
        schema_folders=schema_folders,
    )
    known = catalogue(classes)
    rules = {name: _instance(classes[name], policy) for name in known if name in choice.rules}
    said = judge(rules.values(), tree)
    further = supplement.rules if supplement else {}
    if supplement is not None:
        _join(said, supplement.judge(tree))
        known = {**known, **{name: info_of(rule) for name, rule in further.items()}}
        rules = {**rules, **{name: rule() for name, rule in further.items()}}
    by_id = {item.id: item for item in policy.requirements}
    severities = {
        name: setting.severity for name, setting in policy.settings.rules.items() if setting.severity
    }
    stamp = Stamp(rules, severities, by_id)
    surplus: Counter[Key] = Counter()
    findings = _findings([*found.diagnostics, *diagnostics], said, stamp, tree, known, surplus)
    unread = _unread(found, tree)
    unseen = _unseen(found, folders, policy.settings.scope.manifests)
    case = Case(stamp, said, findings, unread, choice.disabled, unseen, tuple(further), not choice.rules)
    verdicts = tuple(case.verdict(item) for item in policy.requirements if item.id in choice.requirements)
    shown = _shown(findings, choice, policy)
    gaps = (
        *_gaps(said, stamp),
        *(supplement.gaps() if supplement else ()),
        *map(Gap, (*_unlooked(found, unread), *words(surplus))),
    )
    result = Result(
        tuple(shown),
        verdicts,
        gaps,
        (*broken_plugins(), *said.failures),
        len(found.sources),
        len(tree.resources),
    )
    return Run(result, found.sources, policy, known, _redactor(tree, said))


def _join(said: Judgements, further: Judgements) -> None:
    said.outcomes += further.outcomes
    said.asked += further.asked
    said.failures += further.failures


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


def _manifests(folder: str, root: Path, scope: str) -> str:
    """The folder whose YAML files are manifests: of a whole repository only that which the policy names."""
    return scope if folder == "." and (root / scope).is_dir() else folder


def _folder(path: Path, root: Path) -> str:
    relative = path.absolute().relative_to(root) if path.absolute().is_relative_to(root) else Path()
    return relative.as_posix()


def _instance(rule: type[Rule], policy: Policy) -> Rule:
    setting = policy.settings.rules.get(rule.id)
    given: Mapping[str, Any] = setting.parameters if setting else {}
    return rule(decode_value(rule.Parameters, given))


def _findings(
    staged: Sequence[Diagnostic],
    said: Judgements,
    stamp: Stamp,
    tree: Tree,
    known: Mapping[str, RuleInfo],
    surplus: Counter[Key],
) -> list[Finding]:
    """Findings of stages and rules, with suppressions applied, in report order."""
    staged = dammed(staged, _place_of_diagnostic, surplus)
    findings = [stage_finding(item, stamp.requirements) for item in staged]
    findings += [item for item in map(stamp.finding, said.outcomes) if item is not None]
    waivers = suppress.waivers(tree.sources, tree.manifests)
    marked, wrong = suppress.apply(findings, waivers, known, stamp.rules, surplus)
    marked += [stage_finding(item, stamp.requirements) for item in wrong]
    unique = sorted(dict.fromkeys(marked), key=lambda item: item.sort_key)
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
        yield f"binary files are not read: {first}{others}"


def _gaps(said: Judgements, stamp: Stamp) -> list[Gap]:
    gaps = [
        Gap(
            outcome.reason,
            stamp.requirements_of(judgement),
            judgement.rule,
            location_of(outcome.at) if outcome.at is not None else None,
        )
        for judgement, outcome in unknowns(said.outcomes)
    ]
    return list(dict.fromkeys(gaps))
