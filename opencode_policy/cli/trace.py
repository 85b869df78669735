"""opencode-policy trace."""

from __future__ import annotations

from argparse import Namespace

from opencode_policy.cli import session
from opencode_policy.cli.arguments import (
    add_baseline,
    add_common,
    add_drill,
    add_filters,
    add_paths,
    add_schemas,
    add_today,
)
from opencode_policy.cli.check import blame, drills_of
from opencode_policy.cli.exit_codes import BROKEN, CLEAN
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import add_outputs, targets
from opencode_policy.cli.write import refuse_unwritable
from opencode_policy.report.registry import TRACE_FORMATS

DESCRIPTION = """\
Show every requirement of the policy with its status and with what speaks for
it (+), against it (!), or why it stays open (?). The table informs: findings
do not change the exit code, `opencode-policy check` is what fails.
"""
EPILOG = """\
exit codes:
  0    the table was written
  2    the arguments or the policy cannot be used
  3    a rule or the tool itself failed; the table may be incomplete

examples:
  opencode-policy trace kubernetes/
  opencode-policy trace --output-format markdown --output TRACE.md
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    add_paths(parser)
    add_filters(parser)
    add_schemas(parser)
    add_baseline(parser)
    add_today(parser)
    add_outputs(parser, TRACE_FORMATS)
    add_drill(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Check, and write the table."""
    wanted = targets(arguments.outputs, TRACE_FORMATS)
    refuse_unwritable(wanted)
    seen = session.view_of(session.check(arguments, drills_of(arguments)))
    session.report(seen, wanted, TRACE_FORMATS, arguments)
    blame(seen.result)
    return BROKEN if seen.result.failures else CLEAN
