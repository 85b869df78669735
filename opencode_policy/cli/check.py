"""opencode-policy check."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from opencode_policy.cli import session
from opencode_policy.cli.arguments import (
    add_baseline,
    add_common,
    add_drill,
    add_fail_on,
    add_filters,
    add_paths,
    add_sarif,
    add_schemas,
    add_today,
)
from opencode_policy.cli.exit_codes import BROKEN, CLEAN, FINDINGS
from opencode_policy.cli.exit_codes import EPILOG as EXIT_CODES
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import add_outputs, targets
from opencode_policy.cli.write import refuse_unwritable
from opencode_policy.finding import SEVERITIES, Result, Severity
from opencode_policy.report.options import PARTS
from opencode_policy.report.registry import CHECK_FORMATS
from opencode_policy.report.visible import visible

if TYPE_CHECKING:
    from opencode_policy.run import Run, Supplement

DESCRIPTION = """\
Check manifests against the requirements of the policy. The report says which
requirements are satisfied, which are violated and where, and which could not
be checked and why.
"""
EPILOG = f"""\
{EXIT_CODES}
examples:
  opencode-policy check kubernetes/
  opencode-policy check --requirement SEC-01 --show satisfied
  opencode-policy check --staged
  opencode-policy check --history origin/main..HEAD
  opencode-policy check --output-format json > report.json
  opencode-policy check --output-format text --output-format sarif=report.sarif
  opencode-policy check --output-format sarif=report.sarif --exit-zero
  opencode-policy check --changed-since origin/main
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    add_paths(parser)
    add_filters(parser)
    add_schemas(parser)
    add_baseline(parser)
    add_today(parser)
    add_outputs(parser, CHECK_FORMATS)
    add_sarif(parser)
    add_fail_on(parser)
    parser.add_argument(
        "--changed-since",
        metavar="REV",
        help="let only findings decide that the changes since a git revision touch or cause; the report "
        "says which requirements they break and repair",
    )
    parser.add_argument(
        "--staged",
        action="store_true",
        help="check the files of git's index, as the next commit would have them, instead of those on disk",
    )
    parser.add_argument(
        "--history",
        nargs="?",
        const="",
        metavar="REV-RANGE",
        help="search every version of every file that was ever committed for secrets (requirement SEC-01), "
        "or those of a range such as origin/main..HEAD; nothing else is checked",
    )
    parser.add_argument(
        "--show",
        action="append",
        choices=PARTS,
        metavar="PART",
        help="also report: satisfied (the evidence), suppressed (waived findings); may be given "
        "several times",
    )
    parser.add_argument(
        "--exit-zero",
        action="store_true",
        help="end with 0 instead of 1 when there are findings; 2 and 3 stay as they are",
    )
    add_drill(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Check, write the reports, decide the exit code."""
    wanted = targets(arguments.outputs, CHECK_FORMATS)
    refuse_unwritable(wanted)
    seen = session.view_of(_checked(arguments))
    session.report(seen, wanted, CHECK_FORMATS, arguments)
    blame(seen.result)
    code = exit_code(seen.result, arguments.fail_on)
    return CLEAN if code == FINDINGS and arguments.exit_zero else code


def _checked(arguments: Namespace) -> Run:
    """The run, compared with an earlier state where that was asked for."""
    found = session.check(arguments, drills_of(arguments))
    if arguments.changed_since is not None:
        from opencode_policy.cli.since import compare

        found = compare(found, arguments)
    return found


def drills_of(arguments: Namespace) -> Supplement | None:
    """All drills where --with-drill asks for them."""
    if not arguments.with_drill:
        return None
    from opencode_policy.cli.drilling import every_drill

    return every_drill()


def exit_code(result: Result, fail_on: Severity) -> int:
    """3 when a rule failed, else 1 when a finding that is not suppressed is grave enough, else 0."""
    if result.failures:
        return BROKEN
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    deciding = (finding.severity for finding in result.findings if finding.decides)
    return FINDINGS if any(severity in grave for severity in deciding) else CLEAN


def blame(result: Result) -> None:
    """Say on standard error which rules failed, whatever the format of the report."""
    for item in result.failures:
        words = f"the rule {item.rule} failed on {item.subject}: {item.error}"
        sys.stderr.write(f"opencode-policy: {visible(words)}\n")
    if result.failures:
        sys.stderr.write("This is a bug of the rule and not of what it checks; please report it.\n")
