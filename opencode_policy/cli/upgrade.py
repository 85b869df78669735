"""opencode-policy upgrade."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from opencode_policy import __version__
from opencode_policy.cli.arguments import add_common, add_policy, day
from opencode_policy.cli.baseline import visible_lines
from opencode_policy.cli.exit_codes import CLEAN, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.session import policy_in
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import write_text
from opencode_policy.finding import Severity
from opencode_policy.policy.lock import LOCK, LockedRule, LockFile
from opencode_policy.rules.catalogue import RuleInfo, catalogue

if TYPE_CHECKING:
    from datetime import date

    from opencode_policy.policy.model import Policy

DESCRIPTION = """\
Show what this release of the tool would change for a policy: rules that its
lock (policies/lock.yaml) does not list, severities that are others now, rules
that are gone. Until they are in the lock, new rules warn and fail no check.
`--write` brings the lock up to date; without one, it makes the first.
"""
EPILOG = """\
exit codes:
  0    the changes were shown, or the lock was written
  2    the policy cannot be used, or the lock cannot be written

examples:
  opencode-policy upgrade
  opencode-policy upgrade --write --effective-from 2027-01-31
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    add_policy(parser)
    parser.add_argument("--write", action="store_true", help="write the lock")
    parser.add_argument(
        "--effective-from",
        type=day,
        metavar="YYYY-MM-DD",
        help="first day on which the new rules may fail a check (default: at once)",
    )
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Show the changes, and write the lock if that was asked for."""
    from opencode_policy.rules.table import load_rules

    classes = load_rules()
    known = catalogue(classes)
    folder, policy = policy_in(arguments.policy, classes)
    lines = [*_changes(policy, known)] or ["nothing changes"]
    if arguments.write:
        if folder is None:
            raise RefusedError("there is no policy to lock: write policies/, or name it with --policy DIR")
        path = folder / LOCK
        lock = renewed(policy, known, arguments.effective_from)
        write_text(Target("yaml", str(path)), text_of(lock), for_people=False)
        lines.append(f"written: {path}")
    write_text(Target("text", STANDARD_OUTPUT), visible_lines("\n".join(lines)), for_people=True)
    return CLEAN


def _changes(policy: Policy, known: Mapping[str, RuleInfo]) -> Iterator[str]:
    """What the lock does not say yet, one line for each rule."""
    if policy.lock is None:
        yield f"no lock: every one of {len(known)} rules is in force, and those of a later release will be"
        return
    rules = policy.lock.rules
    for name in sorted(rules.keys() | known.keys()):
        if name not in known:
            yield f"gone     {name}"
        elif name not in rules:
            needs = "; the policy has nothing for it yet" if name in policy.unready else ""
            yield f"new      {name} ({_severity(policy, known[name])}): {known[name].summary}{needs}"
        elif rules[name].severity != _severity(policy, known[name]):
            yield f"changed  {name}: {rules[name].severity} becomes {_severity(policy, known[name])}"


def _severity(policy: Policy, info: RuleInfo) -> Severity:
    """Severity that the policy gives a rule, else its own."""
    setting = policy.settings.rules.get(info.id)
    return setting.severity if setting is not None and setting.severity is not None else info.severity


def renewed(policy: Policy, known: Mapping[str, RuleInfo], first: date | None) -> LockFile:
    """The lock of the rules there are; those that are new in it are in force from a day on."""
    old = policy.lock.rules if policy.lock else {}
    start = first.isoformat() if first else None
    rules = {
        name: replace(
            old.get(name, LockedRule(severity=info.severity, effective_from=start)),
            severity=_severity(policy, info),
        )
        for name, info in known.items()
        if name not in policy.unready
    }
    return LockFile(version=1, tool=__version__, rules=rules)


def text_of(lock: LockFile) -> str:
    """The lock as YAML, the same on every run."""
    lines = [
        "---",
        "# yaml-language-server: $schema=./schema/lock.schema.json",
        "#",
        "# The rules in force and their severities. Written by `opencode-policy upgrade --write`.",
        "version: 1",
        f'tool: "{lock.tool}"',
        "rules:",
    ]
    for name, rule in sorted(lock.rules.items()):
        first = f', effective_from: "{rule.effective_from}"' if rule.effective_from else ""
        lines.append(f"  {name}: {{severity: {rule.severity}{first}}}")
    return "\n".join(lines) + "\n"
