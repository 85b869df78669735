"""`check --history`: every file that was ever committed, searched for secrets."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.progress import Progress
from opencode_policy.detect.fingerprint import Marker
from opencode_policy.discover import find_root
from opencode_policy.finding import Finding, Gap, Result, Severity, Verdict
from opencode_policy.git.committed_secrets import Committed, Searched, search
from opencode_policy.git.error import GitError
from opencode_policy.git.past import Past, past
from opencode_policy.policy.load import policy_for
from opencode_policy.policy.model import Policy, Requirement
from opencode_policy.redact import Redactor
from opencode_policy.report.visible import visible
from opencode_policy.report.words import counted
from opencode_policy.rules.base import Rule
from opencode_policy.rules.catalogue import catalogue
from opencode_policy.rules.table import broken_plugins, load_rules
from opencode_policy.run import Run

RULE = "secret-in-file"
_SHOWN = 12
"""Digits of a commit's id: enough to tell it from all others of the largest repositories."""


def check_history(arguments: Namespace, mark: Callable[[Path], Marker]) -> Run:
    """Search the history that the arguments ask for; `mark` makes the marks of secrets, given the root.

    Raises RefusedError for arguments that do not go with --history and for what git refuses, PolicyError
    for a policy that cannot be used.
    """
    _refuse_more(arguments)
    root, classes = find_root(Path()), load_rules()
    folder = Path(arguments.policy) if arguments.policy else None
    policy = policy_for(root, folder, classes, incomplete=bool(broken_plugins()))
    bar = Progress("versions of files")
    try:
        history = past(root, arguments.history)
        searched = search(root, history, bar)
    except GitError as error:
        raise RefusedError(visible(str(error))) from error
    finally:
        bar.clear()
    return _run(policy, classes[RULE], arguments.history, history, searched, mark(root))


def _refuse_more(arguments: Namespace) -> None:
    for name in ("staged", "changed_since", "baseline", "rule", "requirement", "schema_dir", "paths"):
        if getattr(arguments, name, None):
            shown = "PATH" if name == "paths" else f"--{name.replace('_', '-')}"
            raise RefusedError(
                f"{shown} does not go with --history, which searches every committed file for secrets"
            )


def _run(
    policy: Policy, rule: type[Rule], revisions: str, history: Past, searched: Searched, mark: Marker
) -> Run:
    redactor = Redactor(item.found.secret.value.reveal() for item in searched.found)
    findings = tuple(sorted(_findings(policy, rule, searched, mark), key=lambda item: item.sort_key))
    gaps = tuple(_gaps(revisions, history, searched))
    commits = counted(history.commits, "commit")
    words = f"none of {searched.files} versions of files in {commits} holds a secret"
    verdicts = tuple(
        _verdict(item, findings, gaps, words) for item in policy.requirements if RULE in item.rules
    )
    result = Result(findings, verdicts, gaps, tuple(broken_plugins()), searched.files, 0)
    return Run(result, {}, policy, catalogue(load_rules()), redactor)


def _findings(policy: Policy, rule: type[Rule], searched: Searched, mark: Marker) -> Iterator[Finding]:
    setting = policy.settings.rules.get(RULE)
    severity: Severity = (setting.severity if setting else None) or rule.severity
    known = {item.id for item in policy.requirements}
    requirements = tuple(tag for tag in rule.requirements if tag in known)
    for item in searched.found:
        doubtful: Severity = "warning" if item.found.secret.doubtful else severity
        found = item.found
        yield Finding(RULE, requirements, doubtful, _words(item), found.location, secret=mark(found.secret))


def _words(item: Committed) -> str:
    later = f" and {item.again} later version{'s' * (item.again > 1)}" if item.again else ""
    return f"{item.found.secret.words} is in clear, committed in {item.version.commit[:_SHOWN]}{later}"


def _gaps(revisions: str, history: Past, searched: Searched) -> Iterator[Gap]:
    if revisions:
        yield Gap(f"only what {revisions} names was searched, and not all that was ever committed")
    if history.cut_off:
        yield Gap("this clone is shallow: older commits were not searched")
    if not history.commits:
        yield Gap("nothing was committed yet" if not revisions else f"there is no commit in {revisions}")
    for version, why in searched.unread:
        yield Gap(f"{version.path} of {version.commit[:_SHOWN]} was not searched: {why}")


def _verdict(
    requirement: Requirement, findings: tuple[Finding, ...], gaps: tuple[Gap, ...], words: str
) -> Verdict:
    """Violated by a finding; where nobody saw everything, or can point to the scope, it stays open."""
    if any(item.severity != "info" for item in findings):
        return Verdict(requirement.id, requirement.title, "violated", findings=findings)
    return Verdict(requirement.id, requirement.title, "not-checked", _open(gaps, words), findings=findings)


def _open(gaps: tuple[Gap, ...], words: str) -> str:
    """Why a history without a secret decides nothing: what the files say now is another question."""
    more = f"; {gaps[0].reason}" if gaps else ""
    return f"{words}{more}. Whether the files are what they must be, a check without --history says"
